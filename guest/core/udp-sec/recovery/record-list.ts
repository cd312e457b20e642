import type { SentRecord } from "./sent-record.ts";

const COMPACT_SLACK = 64;

/**
 * Sent records in order of packet number. Removal leaves the slot in place until half of the list is such slots, so that
 * every operation is a binary search or less, amortised.
 */
export class RecordList {
  readonly #state: SentRecord["state"];
  #slots: SentRecord[] = [];
  #head = 0;
  #count = 0;

  /** @param state what the records of this list are in; a slot whose record is in another one is empty */
  constructor(state: SentRecord["state"]) {
    this.#state = state;
  }

  get count(): number {
    return this.#count;
  }

  /** The lowest packet number. */
  get oldest(): SentRecord | undefined {
    this.#skipEmpty();
    return this.#slots[this.#head];
  }

  /** @param record already in the state of this list */
  add(record: SentRecord): void {
    this.#count += 1;
    const last = this.#slots.at(-1);
    if (last === undefined || last.packetNumber < record.packetNumber) this.#slots.push(record);
    else this.#slots.splice(this.#lowerBound(record.packetNumber), 0, record);
  }

  /** @param state where the record goes: never the state of this list */
  remove(record: SentRecord, state: SentRecord["state"]): void {
    record.state = state;
    this.#count -= 1;
    if (this.#slots.length - this.#count > this.#count + COMPACT_SLACK) this.#compact();
  }

  /** Records with `first <= packetNumber <= last`, ascending, in an array of their own: they may be removed on the way. */
  within(first: number, last: number): SentRecord[] {
    const found: SentRecord[] = [];
    for (let index = this.#lowerBound(first); index < this.#slots.length; index += 1) {
      const record = this.#slots[index];
      if (record === undefined || record.packetNumber > last) break;
      if (record.state === this.#state) found.push(record);
    }
    return found;
  }

  /** @returns the oldest record that satisfies `predicate`, after skipping `skip` such */
  find(predicate: (record: SentRecord) => boolean, skip = 0): SentRecord | undefined {
    this.#skipEmpty();
    let toSkip = skip;
    for (let index = this.#head; index < this.#slots.length; index += 1) {
      const record = this.#slots[index];
      if (record === undefined || record.state !== this.#state || !predicate(record)) continue;
      if (toSkip === 0) return record;
      toSkip -= 1;
    }
    return undefined;
  }

  /** Walks everything: for statistics and checkers only. */
  forEach(visit: (record: SentRecord) => void): void {
    for (const record of this.#slots) if (record.state === this.#state) visit(record);
  }

  #skipEmpty(): void {
    while (this.#head < this.#slots.length && this.#slots[this.#head]?.state !== this.#state) this.#head += 1;
    if (this.#head === this.#slots.length) {
      this.#slots = [];
      this.#head = 0;
    }
  }

  #compact(): void {
    this.#slots = this.#slots.filter((record) => record.state === this.#state);
    this.#head = 0;
  }

  #lowerBound(packetNumber: number): number {
    let low = this.#head;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle]?.packetNumber ?? 0) < packetNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
