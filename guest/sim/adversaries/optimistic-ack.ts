/** Acknowledges packets before they can have been sent, to make the sender's window grow (RFC 9000 21.4). */
import { FORGED, ForgedConnection } from "./forged-connection.ts";
import type { OpenedByForger } from "./forged-connection.ts";

const AHEAD = 8;

export class OptimisticAckConnection extends ForgedConnection {
  protected override onPacket(packet: OpenedByForger): void {
    if (packet.type !== FORGED.DATA) return;
    const noRanges = new Uint8Array(1);
    this.forge({ type: FORGED.ACK, pn: this.nextPn++, ack: packet.pn + AHEAD, ackBits: 0xff, body: noRanges });
  }
}
