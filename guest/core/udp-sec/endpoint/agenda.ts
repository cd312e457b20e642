/**
 * Who is to be polled: those with a reason to, in turn, and those whose deadline has come. Everybody else rests and costs
 * nothing.
 */
import { DeadlineHeap } from "./deadline-heap.ts";

export class Agenda<T> {
  /** In the order of their turns. */
  readonly #ready = new Set<T>();
  readonly #resting = new DeadlineHeap<T>();

  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  get nextDeadlineMs(): number | undefined {
    return this.#resting.nextMs;
  }

  /** Polls it soon; one that is ready already keeps its turn. */
  wake(item: T): void {
    this.#ready.add(item);
  }

  /** It has more to do: it goes behind all others that do. */
  requeue(item: T): void {
    this.#ready.delete(item);
    this.#ready.add(item);
  }

  /** It has nothing to do until then. */
  rest(item: T, deadlineMs: number | undefined): void {
    this.#ready.delete(item);
    this.#resting.set(item, deadlineMs);
  }

  forget(item: T): void {
    this.rest(item, undefined);
  }

  wakeDue(nowMs: number): void {
    for (;;) {
      const item = this.#resting.takeDue(nowMs);
      if (item === undefined) return;
      this.#ready.add(item);
    }
  }

  /** @returns whose turn it is; it stays ready until told otherwise */
  next(): T | undefined {
    for (const item of this.#ready) return item;
    return undefined;
  }
}
