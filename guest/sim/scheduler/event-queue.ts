/** What happens when, in virtual time: a binary heap ordered by time, then by the order of scheduling. */

export interface ScheduledEvent {
  readonly atMs: number;
  /** Idempotent; the action will not run afterwards. */
  cancel(): void;
}

class QueuedEvent implements ScheduledEvent {
  readonly atMs: number;
  readonly sequence: number;
  action: (() => void) | undefined;
  readonly #onCancel: () => void;

  constructor(atMs: number, sequence: number, action: () => void, onCancel: () => void) {
    this.atMs = atMs;
    this.sequence = sequence;
    this.action = action;
    this.#onCancel = onCancel;
  }

  cancel(): void {
    if (this.action === undefined) return;
    this.action = undefined;
    this.#onCancel();
  }
}

export class EventQueue {
  #heap: QueuedEvent[] = [];
  #nextSequence = 0;
  #cancelled = 0;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that will run. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** @param atMs not before now: an earlier time means now, after what is already scheduled for now */
  schedule(atMs: number, action: () => void): ScheduledEvent {
    const event = new QueuedEvent(Math.max(atMs, this.#nowMs), this.#nextSequence++, action, () => this.#onCancel());
    this.#heap.push(event);
    this.#siftUp(this.#heap.length - 1);
    return event;
  }

  /** @returns the time of the event that runs next, or undefined if none will */
  peekMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atMs;
  }

  /** Moves the clock to the next event and runs it. @returns false if there was none */
  runNext(): boolean {
    this.#dropCancelled();
    const event = this.#pop();
    if (event === undefined) return false;
    this.#nowMs = event.atMs;
    const action = event.action;
    event.action = undefined;
    action?.();
    return true;
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].action === undefined) {
      this.#pop();
      this.#cancelled -= 1;
    }
  }

  /** Timers are re-armed far more often than they fire: without this the heap would fill with the dead. */
  #onCancel(): void {
    this.#cancelled += 1;
    if (this.#cancelled < 64 || this.#cancelled * 2 < this.#heap.length) return;
    this.#heap = this.#heap.filter((event) => event.action !== undefined).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #pop(): QueuedEvent | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (top === undefined || last === undefined || top === last) return top;
    this.#heap[0] = last;
    this.#siftDown();
    return top;
  }

  #siftUp(start: number): void {
    let child = start;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfBefore(child, parent)) return;
      child = parent;
    }
  }

  #siftDown(): void {
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const a = this.#heap[left];
      const b = this.#heap[left + 1];
      if (a === undefined) return;
      const smaller = b !== undefined && isBefore(b, a) ? left + 1 : left;
      if (!this.#swapIfBefore(smaller, parent)) return;
      parent = smaller;
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const below = this.#heap[lower];
    const above = this.#heap[upper];
    if (below === undefined || above === undefined || !isBefore(below, above)) return false;
    this.#heap[lower] = above;
    this.#heap[upper] = below;
    return true;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
