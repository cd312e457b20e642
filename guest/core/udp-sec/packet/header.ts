/**
 * The 26-byte header of every datagram (dsoftbus-transport.md#41-header). All of it is associated data of the AEAD.
 *
 * `ver u8 = 1 | typ u8 | flags u8 | rsv u8 = 0 | session_id u64 | pn u32 | ack u32 | ack_bits u32 | len u16`
 */
import { readU16, readU32 } from "../../bytes/reader.ts";
import { ByteWriter, writeU32 } from "../../bytes/writer.ts";
import type { DropReason } from "./drop-reason.ts";

export const PROTOCOL_VERSION = 1;
export const PACKET_HEADER_BYTES = 26;
/** Never sent above, never taken above (dsoftbus-transport.md#41-header, dsoftbus-transport.md#9-bounds-and-codes). */
export const MAX_UDP_DATAGRAM_BYTES = 1200;

export const PacketType = {
  MSG1: 0x01,
  MSG2: 0x02,
  MSG3: 0x03,
  RETRY: 0x04,
  DATA: 0x10,
  ACK: 0x11,
  PING: 0x12,
  CLOSE: 0x13,
} as const;
export type PacketTypeCode = (typeof PacketType)[keyof typeof PacketType];

/** Flag bit 0, legal on DATA alone: the stream ends with this packet. */
export const FLAG_FIN = 0x01;

export interface Header {
  readonly type: PacketTypeCode;
  readonly flags: number;
  /** Low half of the session id, chosen by the initiator. */
  readonly sessionLow: number;
  /** High half of the session id, chosen by the responder. */
  readonly sessionHigh: number;
  readonly packetNumber: number;
  readonly ack: number;
  readonly ackBits: number;
  /** Bytes after the header. */
  readonly bodyBytes: number;
}

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(PacketType));

/** Handshake datagrams come before there are keys: types below 0x10. */
export function isHandshakeType(type: PacketTypeCode): boolean {
  return type < PacketType.DATA;
}

const TYPE_NAMES: ReadonlyMap<PacketTypeCode, string> = new Map(
  Object.entries(PacketType).map(([name, code]) => [code, name.toLowerCase()]),
);

/** For people: `data`, `ack`, `msg1`. */
export function packetTypeName(type: PacketTypeCode): string {
  return TYPE_NAMES.get(type) ?? "unknown";
}

/** @throws ByteWriterError if a field does not fit */
export function writeHeader(target: Uint8Array, header: Header): void {
  new ByteWriter(target)
    .u8(PROTOCOL_VERSION)
    .u8(header.type)
    .u8(header.flags)
    .u8(0)
    .u32(header.sessionLow)
    .u32(header.sessionHigh)
    .u32(header.packetNumber)
    .u32(header.ack)
    .u32(header.ackBits)
    .u16(header.bodyBytes);
}

/** What differs between the packets of one direction, besides their lengths. */
export interface PacketHeaderFields {
  readonly type: PacketTypeCode;
  readonly flags: number;
  /** This and the next two: whole numbers below 2^32. */
  readonly packetNumber: number;
  readonly ack: number;
  readonly ackBits: number;
}

/** @returns a header of a connection, for `changeHeader` to complete */
export function packetHeader(sessionLow: number, sessionHigh: number): Uint8Array {
  const empty = { flags: 0, packetNumber: 0, ack: 0, ackBits: 0, bodyBytes: 0 };
  return encodeHeader({ type: PacketType.DATA, sessionLow, sessionHigh, ...empty });
}

/** What `writeHeader` would write, for each packet anew and without checks: the twin that it is tested against has them. */
export function changeHeader(header: Uint8Array, fields: PacketHeaderFields, bodyBytes: number): void {
  header[1] = fields.type;
  header[2] = fields.flags;
  writeU32(header, 12, fields.packetNumber);
  writeU32(header, 16, fields.ack);
  writeU32(header, 20, fields.ackBits);
  header[24] = bodyBytes;
  header[25] = bodyBytes >>> 8;
}

/** @returns 26 bytes */
export function encodeHeader(header: Header): Uint8Array {
  const bytes = new Uint8Array(PACKET_HEADER_BYTES);
  writeHeader(bytes, header);
  return bytes;
}

/**
 * Checks what needs no key and no state: size, version, type, flags, length, and that a handshake datagram carries no packet
 * numbers.
 *
 * @returns the header, or why the datagram is to be dropped
 */
export function parseHeader(datagram: Uint8Array): Header | DropReason {
  if (datagram.length > MAX_UDP_DATAGRAM_BYTES) return "oversize";
  if (datagram.length < PACKET_HEADER_BYTES) return "too-short";
  if (datagram[0] !== PROTOCOL_VERSION) return "bad-version";
  if (datagram[3] !== 0) return "bad-reserved";
  const type = datagram[1] ?? 0;
  if (!isPacketType(type)) return "unknown-type";
  const flags = datagram[2] ?? 0;
  if ((flags & ~(type === PacketType.DATA ? FLAG_FIN : 0)) !== 0) return "bad-flags";
  const bodyBytes = readU16(datagram, 24);
  if (bodyBytes !== datagram.length - PACKET_HEADER_BYTES) return "bad-length";
  const header: Header = {
    type,
    flags,
    sessionLow: readU32(datagram, 4),
    sessionHigh: readU32(datagram, 8),
    packetNumber: readU32(datagram, 12),
    ack: readU32(datagram, 16),
    ackBits: readU32(datagram, 20),
    bodyBytes,
  };
  if (isHandshakeType(type)) {
    if (header.packetNumber !== 0 || header.ack !== 0 || header.ackBits !== 0) return "bad-handshake-header";
  } else if (header.packetNumber === 0) {
    return "bad-packet-number";
  }
  return header;
}

/** A session id as on the wire: 8 bytes, low half first. */
export function encodeSessionId(sessionLow: number, sessionHigh: number): Uint8Array {
  return new ByteWriter(8).u32(sessionLow).u32(sessionHigh).finish();
}

function isPacketType(type: number): type is PacketTypeCode {
  return KNOWN_TYPES.has(type);
}
