/** Who of an endpoint is to be polled next, and when. */
import { DeadlineHeap } from "../../deadline-heap.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";

/** Those with a reason to be polled, in turn, and the deadlines of all others, who rest and cost nothing. */
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
    // Alone it is behind all others already, and a set that is taken apart for each packet makes garbage.
    if (this.#ready.size === 1 && this.#ready.has(item)) return;
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

/** Anything of an endpoint that sends by itself or has a timer. */
export interface Pollable {
  /** Runs what is due. @returns the next datagram: called until undefined */
  poll(nowMs: number): OutgoingDatagram | undefined;
  nextDeadlineMs(): number | undefined;
}
