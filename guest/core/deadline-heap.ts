const NOT_IN_HEAP = -1;

/** What a heap orders: it knows its own place, so that to move it costs no look-up and leaves no garbage. In one heap at a time. */
export class HeapItem {
  /** Both are the heap's to change. */
  deadlineMs = 0;
  index = NOT_IN_HEAP;
}

/** A binary heap of deadlines whose items can be moved: the next deadline of thousands of connections without looking at them. */
export class DeadlineHeap<T extends HeapItem> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get nextMs(): number | undefined {
    return this.#heap[0]?.deadlineMs;
  }

  /** Adds or moves the item; without a deadline it leaves the heap. */
  set(item: T, deadlineMs: number | undefined): void {
    if (deadlineMs === undefined) {
      if (item.index !== NOT_IN_HEAP) this.#remove(item);
      return;
    }
    item.deadlineMs = deadlineMs;
    if (item.index === NOT_IN_HEAP) {
      item.index = this.#heap.length;
      this.#heap.push(item);
    }
    this.#rise(item);
    this.#sink(item);
  }

  /** @returns an item whose deadline has come, which then has none */
  takeDue(nowMs: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.deadlineMs > nowMs) return undefined;
    this.#remove(first);
    return first;
  }

  #remove(item: T): void {
    const { index } = item;
    item.index = NOT_IN_HEAP;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#place(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(item: T): void {
    while (item.index > 0) {
      const parent = this.#heap[(item.index - 1) >> 1];
      if (parent === undefined || parent.deadlineMs <= item.deadlineMs) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#heap[2 * item.index + 1];
      const right = this.#heap[2 * item.index + 2];
      const smaller = right !== undefined && left !== undefined && right.deadlineMs < left.deadlineMs ? right : left;
      if (smaller === undefined || smaller.deadlineMs >= item.deadlineMs) return;
      this.#swap(smaller, item);
    }
  }

  #swap(left: T, right: T): void {
    const { index } = left;
    this.#place(left, right.index);
    this.#place(right, index);
  }

  #place(item: T, index: number): void {
    this.#heap[index] = item;
    item.index = index;
  }
}
