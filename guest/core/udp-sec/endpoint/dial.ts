/** One dial of an endpoint: the attempt, the connection that waits for its first packet, and what happens at the deadline. */
import type { Address } from "../../address.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";
import type { DialAttempt } from "../handshake/initiator-handshake.ts";
import type { Pollable } from "./pollable.ts";
import type { Session } from "./connection-entry.ts";

export interface DialHooks {
  /** The deadline passed. @returns the one CLOSE to send, if MSG3 may have arrived */
  expire(dial: Dial, nowMs: number): Uint8Array | undefined;
}

/** From MSG2 on: what the responder has to confirm. */
export interface Unconfirmed {
  readonly session: Session;
  /** A copy: the connection wipes its own. Needed for the CLOSE at the deadline. */
  readonly sendKey: Uint8Array;
}

export class Dial implements Pollable {
  readonly attempt: DialAttempt;
  readonly address: Address;
  readonly #hooks: DialHooks;
  unconfirmed: Unconfirmed | undefined;

  constructor(attempt: DialAttempt, hooks: DialHooks) {
    this.attempt = attempt;
    this.address = attempt.target.address;
    this.#hooks = hooks;
  }

  poll(nowMs: number): OutgoingDatagram | undefined {
    const isOverdue = this.attempt.nextDeadlineMs() !== undefined && nowMs >= this.attempt.deadlineMs;
    const datagram = isOverdue ? this.#hooks.expire(this, nowMs) : this.attempt.poll(nowMs);
    return datagram === undefined ? undefined : { to: this.address, datagram };
  }

  nextDeadlineMs(): number | undefined {
    return this.attempt.nextDeadlineMs();
  }
}
