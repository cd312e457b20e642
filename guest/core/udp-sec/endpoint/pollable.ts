import type { OutgoingDatagram } from "../handshake/answer-queue.ts";

/** Anything of an endpoint that sends by itself or has a timer. */
export interface Pollable {
  /** Runs what is due. @returns the next datagram: called until undefined */
  poll(nowMs: number): OutgoingDatagram | undefined;
  nextDeadlineMs(): number | undefined;
}
