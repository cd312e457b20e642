/** An IPv4 packet as it has to look behind a gateway, made anew: one hop older, with the sockets that it has there, and right sums. */
import { onesComplementSum } from "../../observer/wire/internet-checksum.ts";
import { addressText, PROTOCOL } from "./ipv4-packet.ts";

const HEADER_BYTES = 20;
const VERSION_AND_WORDS = 0x45;
/** Of a transport, as far as both ports or the identifier. */
const SOCKETS_BYTES = 8;
const FLAGS_AT = 13;
const [SYN, SYN_AND_ACK] = [0x02, 0x12];
const NO_TYPE = -1;
const ECHO_REQUEST = 8;
const SUM_AT: Readonly<Record<number, number>> = { [PROTOCOL.icmp]: 2, [PROTOCOL.tcp]: 16, [PROTOCOL.udp]: 6 };
const ADDRESS_AT = { source: 12, destination: 16 } as const;
const ECHO_TYPES: readonly number[] = [0, ECHO_REQUEST];
const ERROR_TYPES: readonly number[] = [3, 4, 5, 11, 12];
const QUOTE_AT = HEADER_BYTES + 8;
const NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL.icmp]: "icmp",
  [PROTOCOL.tcp]: "tcp",
  [PROTOCOL.udp]: "udp",
};

export interface ArrivedPacket {
  readonly whole: Buffer;
  readonly source: string;
  readonly destination: string;
  readonly hops: number;
  readonly isFragment: boolean;
  /** Of ICMP whether the message adds up; what is damaged otherwise is carried damaged. */
  readonly isSound: boolean;
  readonly isEchoRequest: boolean;
  /** By what it is: a datagram, a SYN, an echo request (RFC 5382 REQ-1, RFC 5508 3). */
  readonly mayBegin: boolean;
  /** `udp`, `tcp`, or `icmp` of an echo; undefined: without sockets. */
  readonly transport: string | undefined;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Of an ICMP error that adds up, where it is about something with sockets whose header does (RFC 5508 REQ-3). */
  readonly quoted?: ArrivedPacket | undefined;
}

export type PacketEnd = "source" | "destination";

/** @param body of a frame @returns undefined: no packet that a gateway would take */
export function readArrived(body: Buffer): ArrivedPacket | undefined {
  return body.length >= HEADER_BYTES && body.readUInt16BE(2) <= body.length ? readPacket(body) : undefined;
}

/** @param bytes the end of a quoted one is missing */
function readPacket(bytes: Buffer): ArrivedPacket | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION_AND_WORDS) return undefined;
  const whole = bytes.subarray(0, bytes.readUInt16BE(2));
  if (whole.length < HEADER_BYTES || onesComplementSum(whole.subarray(0, HEADER_BYTES)) !== 0xffff) return undefined;
  const protocol = whole.readUInt8(9);
  const payload = whole.subarray(HEADER_BYTES);
  const type = protocol === PROTOCOL.icmp ? (payload[0] ?? NO_TYPE) : NO_TYPE;
  const isEcho = ECHO_TYPES.includes(type);
  const hasSockets = payload.length >= SOCKETS_BYTES && (protocol !== PROTOCOL.icmp || isEcho);
  const isSound = protocol !== PROTOCOL.icmp || onesComplementSum(payload) === 0xffff;
  const isEchoRequest = type === ECHO_REQUEST && hasSockets;
  const isSyn = ((payload[FLAGS_AT] ?? 0) & SYN_AND_ACK) === SYN;
  const portAt = isEcho ? 4 : 0;
  const quoted = ERROR_TYPES.includes(type) && isSound ? readPacket(whole.subarray(QUOTE_AT)) : undefined;
  return {
    whole,
    source: addressText(whole, 12),
    destination: addressText(whole, 16),
    hops: whole.readUInt8(8),
    isFragment: (whole.readUInt16BE(6) & 0x3fff) !== 0,
    isSound,
    isEchoRequest,
    mayBegin: isEchoRequest || protocol === PROTOCOL.udp || (protocol === PROTOCOL.tcp && isSyn),
    transport: hasSockets ? NAMES[protocol] : undefined,
    sourcePort: hasSockets ? payload.readUInt16BE(portAt) : 0,
    destinationPort: hasSockets ? payload.readUInt16BE(isEcho ? portAt : portAt + 2) : 0,
    ...(quoted?.transport === undefined || quoted.isFragment ? {} : { quoted }),
  };
}

/** @param socket `10.24.1.254:50001`; undefined: both ends keep theirs */
export function carried(packet: ArrivedPacket, end: PacketEnd, socket: string | undefined): Buffer {
  const bytes = aged(packet);
  if (socket !== undefined) {
    rename(bytes, packet.transport, end, socket);
    // Who sent a wrong sum has a wrong one behind the gateway too: it is the sender's, and the gateway did what it had to.
    if (hasRightSum(packet)) sumUp(bytes);
    else adjustSum(bytes, packet.whole);
  }
  writeSum(bytes.subarray(0, HEADER_BYTES), 10, 0);
  return bytes;
}

/**
 * An ICMP error, whose quote has the other sockets too (RFC 5508 4).
 *
 * @param end of the error; the quote has the same socket at its other end @param address of the error there
 */
export function carriedError(packet: ArrivedPacket, end: PacketEnd, address: string, socket: string): Buffer {
  const bytes = aged(packet);
  bytes.set(address.split(".").map(Number), ADDRESS_AT[end]);
  const quote = bytes.subarray(QUOTE_AT);
  const before = Buffer.from(quote);
  rename(quote, packet.quoted?.transport, end === "source" ? "destination" : "source", socket);
  writeSum(quote.subarray(0, HEADER_BYTES), 10, 0);
  adjustSum(quote, before);
  writeSum(bytes.subarray(HEADER_BYTES), 2, 0);
  writeSum(bytes.subarray(0, HEADER_BYTES), 10, 0);
  return bytes;
}

function aged({ whole, hops }: ArrivedPacket): Buffer {
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(hops - 1, 8);
  return bytes;
}

function rename(bytes: Buffer, transport: string | undefined, end: PacketEnd, socket: string): void {
  const colon = socket.lastIndexOf(":");
  bytes.set(socket.slice(0, colon).split(".").map(Number), ADDRESS_AT[end]);
  const portAt = transport === "icmp" ? 4 : end === "destination" ? 2 : 0;
  bytes.writeUInt16BE(Number(socket.slice(colon + 1)), HEADER_BYTES + portAt);
}

function sumUp(bytes: Buffer): void {
  const protocol = bytes.readUInt8(9);
  const at = HEADER_BYTES + (SUM_AT[protocol] ?? 0);
  // RFC 768: there is none.
  if (protocol === PROTOCOL.udp && bytes.readUInt16BE(at) === 0) return;
  writeSum(bytes.subarray(HEADER_BYTES), at - HEADER_BYTES, protocol === PROTOCOL.icmp ? 0 : pseudoSum(bytes));
  if (protocol === PROTOCOL.udp && bytes.readUInt16BE(at) === 0) bytes.writeUInt16BE(0xffff, at);
}

function hasRightSum({ whole, transport, isSound }: ArrivedPacket): boolean {
  const payload = whole.subarray(HEADER_BYTES);
  if (transport === "icmp") return isSound;
  const hasSum = payload.length >= (SUM_AT[whole.readUInt8(9)] ?? 0) + 2;
  return hasSum && onesComplementSum(payload, pseudoSum(whole)) === 0xffff;
}

function pseudoSum(bytes: Buffer): number {
  const length = bytes.length - HEADER_BYTES;
  const rest = Uint8Array.of(length >> 8, length & 0xff, 0, bytes.readUInt8(9));
  return onesComplementSum(rest, onesComplementSum(bytes.subarray(12, HEADER_BYTES)));
}

/** Of a quote there is seldom all, and a damaged packet stays so: what was there and what is there now make the difference (RFC 1624). */
function adjustSum(quote: Buffer, before: Buffer): void {
  const protocol = quote.readUInt8(9);
  const at = HEADER_BYTES + (SUM_AT[protocol] ?? 0);
  if (quote.length < at + 2 || (protocol === PROTOCOL.udp && quote.readUInt16BE(at) === 0)) return;
  const from = protocol === PROTOCOL.icmp ? HEADER_BYTES : ADDRESS_AT.source;
  const end = HEADER_BYTES + 8;
  const [old, now] = [before, quote].map((bytes) => {
    const part = Buffer.from(bytes.subarray(from, end));
    if (at < end) part.writeUInt16BE(0, at - from);
    return onesComplementSum(part);
  });
  const sum = onesComplementSum(words(~quote.readUInt16BE(at), ~(old ?? 0), now ?? 0));
  quote.writeUInt16BE(~sum & 0xffff || (protocol === PROTOCOL.udp ? 0xffff : 0), at);
}

function words(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]));
}

function writeSum(bytes: Buffer, at: number, start: number): void {
  bytes.writeUInt16BE(0, at);
  bytes.writeUInt16BE(~onesComplementSum(bytes, start) & 0xffff, at);
}
