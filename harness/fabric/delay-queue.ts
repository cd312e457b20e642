/** Deliveries that wait, earliest first; at one time, in the order of arrival. One timer serves all. */

/** 65,536 frames of 1200 bytes are 75 MiB: more than any link of a profile holds. */
export const MAX_WAITING = 65_536;

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class DelayQueue {
  readonly #heap: Entry[] = [];
  readonly #nowMs: () => number;
  readonly #maxWaiting: number;
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;

  constructor(nowMs: () => number, maxWaiting = MAX_WAITING) {
    this.#nowMs = nowMs;
    this.#maxWaiting = maxWaiting;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** @returns false if the queue is full: nothing will run */
  add(atMs: number, run: () => void): boolean {
    if (this.#heap.length >= this.#maxWaiting) return false;
    this.#heap.push({ atMs, order: this.#order++, run });
    this.#up(this.#heap.length - 1);
    this.#arm();
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    this.#heap.length = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = first.atMs;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(first.atMs - this.#nowMs())));
  }

  #fire(): void {
    this.#timerAtMs = Infinity;
    const now = this.#nowMs();
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= now; first = this.#heap[0]) {
      this.#removeFirst();
      first.run();
    }
    this.#arm();
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(index: number): void {
    for (let child = index; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfEarlier(child, parent)) return;
      child = parent;
    }
  }

  #down(index: number): void {
    for (let parent = index; ;) {
      const left = parent * 2 + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, parent)) return;
      parent = child;
    }
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const [below, above] = [this.#heap[child], this.#heap[parent]];
    if (below === undefined || above === undefined || !this.#isEarlier(child, parent)) return false;
    this.#heap[child] = above;
    this.#heap[parent] = below;
    return true;
  }

  #isEarlier(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined) return false;
    if (right === undefined) return true;
    return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
  }
}
