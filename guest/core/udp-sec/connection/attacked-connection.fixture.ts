/** A connection whose peer is forged, as tests of hostile packets need it. */
import type { ParsedPacket } from "../packet/packet-content.ts";
import { setupFor, type PairOptions } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

/** Skips packet numbers 64, 128, ... */
export const zeros = (length: number): Uint8Array => new Uint8Array(length);

export class AttackedConnection {
  readonly peer = new ForgedPeer();
  readonly connection: Connection;

  constructor(options: PairOptions = {}) {
    this.connection = new Connection(setupFor("initiator", { random: zeros, handshakeRttMs: 30, ...options }));
  }

  /** @returns all that it has to send now, as its peer reads it */
  drain(nowMs: number): ParsedPacket[] {
    const packets: ParsedPacket[] = [];
    for (let datagram = this.connection.poll(nowMs); datagram; datagram = this.connection.poll(nowMs)) {
      packets.push(this.peer.read(datagram));
    }
    return packets;
  }
}
