import type { SentRecord } from "./sent-record.ts";

const COMPACT_SLACK = 64;

/**
 * DATA records in flight by the end of their stream range: `delivered` frees from the lowest end on
 * (dsoftbus-transport.md#5-acknowledgement-and-recovery). A binary heap; what left flight otherwise is dropped when it
 * surfaces, or when such entries outnumber the rest.
 */
export class DeliveryOrder {
  #heap: SentRecord[] = [];
  #live = 0;

  add(record: SentRecord): void {
    this.#live += 1;
    if (this.#heap.length > 2 * this.#live + COMPACT_SLACK) this.#compact();
    this.#push(record);
  }

  /** A record left flight by another way. */
  onLeftFlight(): void {
    this.#live -= 1;
  }

  /** @returns records in flight whose bytes all lie below `delivered`; they are no longer in this order */
  takeDelivered(delivered: number): SentRecord[] {
    const taken: SentRecord[] = [];
    for (let top = this.#heap[0]; top !== undefined && endOf(top) <= delivered; top = this.#heap[0]) {
      this.#pop();
      if (top.state === "in-flight") taken.push(top);
    }
    this.#live -= taken.length;
    return taken;
  }

  #compact(): void {
    const live = this.#heap.filter((record) => record.state === "in-flight");
    // An ascending array is a heap.
    this.#heap = live.sort((left, right) => endOf(left) - endOf(right));
  }

  #push(record: SentRecord): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(record);
    while (index > 0) {
      const parentIndex = (index - 1) >>> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || endOf(parent) <= endOf(record)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = record;
  }

  #pop(): void {
    const heap = this.#heap;
    const record = heap.pop();
    if (record === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      const left = heap[childIndex];
      if (left === undefined) break;
      const right = heap[childIndex + 1];
      let child = left;
      if (right !== undefined && endOf(right) < endOf(left)) {
        child = right;
        childIndex += 1;
      }
      if (endOf(record) <= endOf(child)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = record;
  }
}

function endOf(record: SentRecord): number {
  return record.offset + record.length;
}
