import { PRIORITY_CLASSES } from "./constants.ts";

/**
 * Strict priority with a starvation budget (dsoftbus-transport.md#12-mux-v2): after so many turns of the highest class while
 * a lower one waits, one lower turn goes, round-robin over the classes below. Within a class: round-robin over its members.
 */
export class PriorityScheduler<Member> {
  readonly #budgetTurns: number;
  /** Of each class that ever had a member: an idle session has none, and eight empty sets would be a tenth of its memory. */
  readonly #classes: (Set<Member> | undefined)[] = [];
  #turnsWhileLowerWaits = 0;
  #lastLowerClass = 0;
  #size = 0;

  constructor(budgetTurns: number) {
    this.#budgetTurns = budgetTurns;
  }

  get size(): number {
    return this.#size;
  }

  /** Idempotent: who waits already keeps its turn. @param priority 0 (highest) .. 7 */
  add(priority: number, member: Member): void {
    if (priority >= PRIORITY_CLASSES) return;
    const waiting = (this.#classes[priority] ??= new Set());
    if (waiting.has(member)) return;
    waiting.add(member);
    this.#size += 1;
  }

  remove(priority: number, member: Member): void {
    if (this.#classes[priority]?.delete(member) === true) this.#size -= 1;
  }

  /** @returns whose turn it is, removed: add it again behind the others of its class if it has more to send */
  next(): Member | undefined {
    const priority = this.#chooseClass();
    if (priority === undefined) return undefined;
    for (const member of this.#classes[priority] ?? []) {
      this.remove(priority, member);
      return member;
    }
    return undefined;
  }

  clear(): void {
    for (const waiting of this.#classes) waiting?.clear();
    this.#size = 0;
  }

  #chooseClass(): number | undefined {
    const highest = this.#firstWaiting(0);
    if (highest === undefined) return undefined;
    const firstLower = this.#firstWaiting(highest + 1);
    if (firstLower === undefined) {
      this.#turnsWhileLowerWaits = 0;
      return highest;
    }
    if (this.#turnsWhileLowerWaits < this.#budgetTurns) {
      this.#turnsWhileLowerWaits += 1;
      return highest;
    }
    this.#turnsWhileLowerWaits = 0;
    const lower = this.#firstWaiting(Math.max(highest, this.#lastLowerClass) + 1) ?? firstLower;
    this.#lastLowerClass = lower;
    return lower;
  }

  #firstWaiting(fromClass: number): number | undefined {
    for (let priority = fromClass; priority < this.#classes.length; priority += 1) {
      if ((this.#classes[priority]?.size ?? 0) > 0) return priority;
    }
    return undefined;
  }
}
