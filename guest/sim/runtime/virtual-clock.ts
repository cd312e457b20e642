import type { Clock, Timer } from "../../runtime/runtime.ts";
import type { EventQueue } from "../scheduler/event-queue.ts";

/** The clock of one host in virtual time; it stops with the host. */
export class VirtualClock implements Clock {
  readonly #queue: EventQueue;
  #isStopped = false;

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  nowMs(): number {
    return this.#queue.nowMs;
  }

  setTimer(atMs: number, callback: () => void): Timer {
    return this.#queue.schedule(atMs, () => {
      if (!this.#isStopped) callback();
    });
  }

  stop(): void {
    this.#isStopped = true;
  }
}
