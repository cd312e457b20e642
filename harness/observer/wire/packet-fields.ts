/** The clear part of a packet of a connection (dsoftbus-transport.md#41-header, receiving.md#packets-of-a-connection). */
import { broken, type Reading } from "./reading.ts";
import { readUdpHeader, TYPES } from "./udp-header.ts";

const SEAL_TAG_BYTES = 16;
const NAMES = new Map<number, PacketName>([
  [TYPES.DATA, "DATA"],
  [TYPES.ACK, "ACK"],
  [TYPES.PING, "PING"],
  [TYPES.CLOSE, "CLOSE"],
]);

type PacketName = "DATA" | "ACK" | "PING" | "CLOSE";

export interface PacketFieldsSeen {
  readonly name: PacketName;
  readonly fin: boolean;
  readonly pn: number;
  readonly ack: number;
  readonly ackBits: number;
}

/**
 * @param datagram the UDP payload
 * @returns its fields, undefined for a handshake datagram, or the first rule that it breaks in the order of receiving.md
 */
export function readPacketFields(datagram: Uint8Array): Reading<PacketFieldsSeen | undefined> {
  const { value: header, malformed } = readUdpHeader(datagram);
  if (malformed !== undefined) return { malformed };
  const name = NAMES.get(header.typ);
  if (name === undefined) return { value: undefined };
  if (header.body.length < SEAL_TAG_BYTES) return broken("RX-54", `${header.body.length} bytes behind the header`);
  const { fin, pn, ack, ackBits } = header;
  return { value: { name, fin, pn, ack, ackBits } };
}
