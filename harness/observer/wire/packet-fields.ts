/** The clear part of a packet of a connection (dsoftbus-transport.md#41-header, receiving.md#any-datagram). */
import { LARGEST_DATAGRAM_BYTES } from "./udp-header.ts";
import { broken, viewOf, type Reading } from "./reading.ts";

export const CLEAR_HEADER_BYTES = 26;
export const SEAL_TAG_BYTES = 16;

export const PACKET_CODES = { DATA: 0x10, ACK: 0x11, PING: 0x12, CLOSE: 0x13 } as const;
export type PacketName = keyof typeof PACKET_CODES;

export interface PacketFieldsSeen {
  readonly name: PacketName;
  readonly fin: boolean;
  /** 8 bytes in the order of the wire, as hex. */
  readonly sessionId: string;
  readonly pn: number;
  readonly ack: number;
  readonly ackBits: number;
}

const HANDSHAKE_CODES = [0x01, 0x02, 0x03, 0x04];
const NAMES = new Map<number, PacketName>(
  Object.entries(PACKET_CODES).map(([name, code]) => [code, name as PacketName]),
);
const FIN_FLAG = 1;

/**
 * @param datagram the UDP payload
 * @returns its fields, undefined for a handshake datagram, or the first rule that it breaks in the order of receiving.md
 */
export function readPacketFields(datagram: Uint8Array): Reading<PacketFieldsSeen | undefined> {
  if (datagram.length > LARGEST_DATAGRAM_BYTES) return broken("RX-1", `${datagram.length} bytes`);
  if (datagram.length < CLEAR_HEADER_BYTES) return broken("RX-2", `${datagram.length} bytes`);
  const view = viewOf(datagram);
  const [version, code, flags, reserved] = [view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3)];
  if (version !== 1) return broken("RX-3", `ver ${version}`);
  if (reserved !== 0) return broken("RX-4", `rsv ${reserved}`);
  const name = NAMES.get(code);
  if (name === undefined && !HANDSHAKE_CODES.includes(code)) return broken("RX-5", `typ ${code}`);
  if ((flags & ~(name === "DATA" ? FIN_FLAG : 0)) !== 0) return broken("RX-6", `flags ${flags}`);
  const claimed = view.getUint16(24, true);
  const behind = datagram.length - CLEAR_HEADER_BYTES;
  if (claimed !== behind) return broken("RX-7", `len ${claimed} with ${behind} bytes behind the header`);
  if (name === undefined) return { value: undefined };
  const pn = view.getUint32(12, true);
  if (pn === 0) return broken("RX-9", "pn 0");
  if (behind < SEAL_TAG_BYTES) return broken("RX-54", `${behind} bytes behind the header`);
  return {
    value: {
      name,
      fin: (flags & FIN_FLAG) !== 0,
      sessionId: hexOf(datagram.subarray(4, 12)),
      pn,
      ack: view.getUint32(16, true),
      ackBits: view.getUint32(20, true),
    },
  };
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
