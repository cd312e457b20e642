/** Answers to handshake messages on their way out: bounded, because anybody can provoke one. */
import type { Address } from "../../address.ts";

export interface OutgoingDatagram {
  readonly to: Address;
  readonly datagram: Uint8Array;
}

export class AnswerQueue {
  readonly #limit: number;
  #answers: OutgoingDatagram[] = [];
  #next = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#answers.length - this.#next;
  }

  /** How many answers found the queue full. The peer repeats what it asked. */
  get dropped(): number {
    return this.#dropped;
  }

  push(to: Address, datagram: Uint8Array): void {
    if (this.size >= this.#limit) this.#dropped += 1;
    else this.#answers.push({ to, datagram });
  }

  take(): OutgoingDatagram | undefined {
    const answer = this.#answers[this.#next];
    this.#next += 1;
    // A driver polls until nothing is left: the array starts anew then.
    if (this.#next >= this.#answers.length) {
      this.#answers = [];
      this.#next = 0;
    }
    return answer;
  }
}
