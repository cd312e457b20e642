/** One dial of an endpoint: its handshake, the connection that waits for its first packet, and what happens at the deadline. */
import type { Address } from "../../address.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";
import type { InitiatorHandshake } from "../handshake/initiator-handshake.ts";
import { DialHandle } from "./dial-handle.ts";
import type { Pollable } from "./agenda.ts";
import type { ConnectionEntry } from "./connection-entry.ts";

export interface DialHooks {
  /** The deadline passed. @returns the one CLOSE to send, if MSG3 may have arrived */
  expire(dial: Dial, nowMs: number): Uint8Array | undefined;
}

/** From MSG2 on: what the responder has to confirm. */
export interface Unconfirmed {
  readonly entry: ConnectionEntry;
  /** A copy: the connection wipes its own. Needed for the CLOSE at the deadline. */
  readonly sendKey: Uint8Array;
}

export class Dial implements Pollable {
  readonly handshake: InitiatorHandshake;
  /** What the application is given. */
  readonly handle: DialHandle;
  readonly address: Address;
  readonly #hooks: DialHooks;
  unconfirmed: Unconfirmed | undefined;

  constructor(handshake: InitiatorHandshake, hooks: DialHooks) {
    this.handshake = handshake;
    this.handle = new DialHandle(handshake);
    this.address = handshake.target.address;
    this.#hooks = hooks;
  }

  poll(nowMs: number): OutgoingDatagram | undefined {
    const isOverdue = this.handshake.nextDeadlineMs() !== undefined && nowMs >= this.handshake.deadlineMs;
    const datagram = isOverdue ? this.#hooks.expire(this, nowMs) : this.handshake.poll(nowMs);
    return datagram === undefined ? undefined : { to: this.address, datagram };
  }

  nextDeadlineMs(): number | undefined {
    return this.handshake.nextDeadlineMs();
  }
}
