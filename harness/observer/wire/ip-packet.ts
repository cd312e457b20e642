/** IPv4 and IPv6 with their lengths, fragments and header checksum (RFC 791, RFC 8200). */
import { onesComplementSum } from "./internet-checksum.ts";

export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
const IPV6_HEADER_BYTES = 40;
const FRAGMENT_HEADER = 44;
/** Hop-by-hop, routing, destination options: type, length in 8-byte units less one. */
const SKIPPED_HEADERS: ReadonlySet<number> = new Set([0, 43, 60]);
const MAX_EXTENSION_HEADERS = 8;

export interface NetworkPacket {
  /** In one form per address: an IPv4-mapped address is the IPv4 address. */
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly isFragment: boolean;
  /** A fragment other than the first: no transport header in it. */
  readonly isLaterFragment: boolean;
  /** IPv4: the header's checksum is right. */
  readonly headerIntact: boolean;
  /** What the header says that follows it; fewer than `payloadBytes` if the capture cut it. */
  readonly payload: Buffer;
  readonly payloadBytes: number;
  /** Of what TCP and UDP sum up before their own header, without protocol and length. */
  readonly addressSum: number;
}

/** @returns undefined for what is no whole header */
export function readIp(bytes: Buffer): NetworkPacket | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  return version === 4 ? readIpv4(bytes) : version === 6 ? readIpv6(bytes) : undefined;
}

function readIpv4(bytes: Buffer): NetworkPacket | undefined {
  if (bytes.length < 20) return undefined;
  const headerBytes = (bytes.readUInt8(0) & 0x0f) * 4;
  // Zero is what a segment above 64 KiB has that the sender's NIC would have cut.
  const totalBytes = bytes.readUInt16BE(2) || bytes.length;
  if (headerBytes < 20 || totalBytes < headerBytes || bytes.length < headerBytes) return undefined;
  const fragment = bytes.readUInt16BE(6);
  return {
    source: ipv4Text(bytes.subarray(12, 16)),
    destination: ipv4Text(bytes.subarray(16, 20)),
    protocol: bytes.readUInt8(9),
    isFragment: (fragment & 0x3fff) !== 0,
    isLaterFragment: (fragment & 0x1fff) !== 0,
    headerIntact: onesComplementSum(bytes.subarray(0, headerBytes)) === 0xffff,
    payload: bytes.subarray(headerBytes, totalBytes),
    payloadBytes: totalBytes - headerBytes,
    addressSum: onesComplementSum(bytes.subarray(12, 20)),
  };
}

function readIpv6(bytes: Buffer): NetworkPacket | undefined {
  if (bytes.length < IPV6_HEADER_BYTES) return undefined;
  const end = IPV6_HEADER_BYTES + (bytes.readUInt16BE(4) || bytes.length - IPV6_HEADER_BYTES);
  let protocol = bytes.readUInt8(6);
  let at = IPV6_HEADER_BYTES;
  let isFragment = false;
  let isLaterFragment = false;
  for (let count = 0; count < MAX_EXTENSION_HEADERS && at + 8 <= Math.min(end, bytes.length); count += 1) {
    if (protocol === FRAGMENT_HEADER) {
      isLaterFragment ||= bytes.readUInt16BE(at + 2) >> 3 !== 0;
      isFragment = isFragment || (bytes.readUInt16BE(at + 2) & 0xfff9) !== 0;
      protocol = bytes.readUInt8(at);
      at += 8;
    } else if (SKIPPED_HEADERS.has(protocol)) {
      protocol = bytes.readUInt8(at);
      at += (bytes.readUInt8(at + 1) + 1) * 8;
    } else break;
  }
  return {
    source: ipv6Text(bytes.subarray(8, 24)),
    destination: ipv6Text(bytes.subarray(24, 40)),
    protocol,
    isFragment,
    isLaterFragment,
    headerIntact: true,
    payload: bytes.subarray(at, end),
    payloadBytes: Math.max(0, end - at),
    addressSum: onesComplementSum(bytes.subarray(8, 40)),
  };
}

function ipv4Text(bytes: Buffer): string {
  return [...bytes].join(".");
}

/** RFC 5952: the longest run of zero groups is left out, the first of equals. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return ipv4Text(bytes.subarray(12));
  let best = { at: 0, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    const end = groups.findIndex((group, index) => index >= at && group !== 0);
    const length = (end === -1 ? 8 : end) - at;
    if (length > best.length) best = { at, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}
