interface Node<T> {
  readonly item: T;
  deadlineMs: number;
  index: number;
}

/** A binary heap of deadlines whose items can be moved: the next deadline of thousands of connections without looking at them. */
export class DeadlineHeap<T> {
  readonly #heap: Node<T>[] = [];
  readonly #nodes = new Map<T, Node<T>>();

  get size(): number {
    return this.#heap.length;
  }

  get nextMs(): number | undefined {
    return this.#heap[0]?.deadlineMs;
  }

  /** Adds or moves the item; without a deadline it leaves the heap. */
  set(item: T, deadlineMs: number | undefined): void {
    const node = this.#nodes.get(item);
    if (deadlineMs === undefined) {
      if (node !== undefined) this.#remove(node);
    } else if (node === undefined) {
      const added = { item, deadlineMs, index: this.#heap.length };
      this.#nodes.set(item, added);
      this.#heap.push(added);
      this.#rise(added);
    } else {
      node.deadlineMs = deadlineMs;
      this.#rise(node);
      this.#sink(node);
    }
  }

  /** @returns an item whose deadline has come, which then has none */
  takeDue(nowMs: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.deadlineMs > nowMs) return undefined;
    this.#remove(first);
    return first.item;
  }

  #remove(node: Node<T>): void {
    this.#nodes.delete(node.item);
    const last = this.#heap.pop();
    if (last === undefined || last === node) return;
    this.#place(last, node.index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(node: Node<T>): void {
    while (node.index > 0) {
      const parent = this.#heap[(node.index - 1) >> 1];
      if (parent === undefined || parent.deadlineMs <= node.deadlineMs) return;
      this.#swap(node, parent);
    }
  }

  #sink(node: Node<T>): void {
    for (;;) {
      const left = this.#heap[2 * node.index + 1];
      const right = this.#heap[2 * node.index + 2];
      const smaller = right !== undefined && left !== undefined && right.deadlineMs < left.deadlineMs ? right : left;
      if (smaller === undefined || smaller.deadlineMs >= node.deadlineMs) return;
      this.#swap(smaller, node);
    }
  }

  #swap(left: Node<T>, right: Node<T>): void {
    const index = left.index;
    this.#place(left, right.index);
    this.#place(right, index);
  }

  #place(node: Node<T>, index: number): void {
    this.#heap[index] = node;
    node.index = index;
  }
}
