/** The sums that a kernel puts into what it sends: a frame that was changed must not be told by them alone. */

const IP_START = 14;
const IP_BYTES = 20;
const TRANSPORT_START = IP_START + IP_BYTES;
const FRAGMENT_BITS = 0x3fff;
/** Where each protocol has its sum, behind its own start. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6 };
const PROTOCOL_ICMP = 1;

/** @param frame with IPv4 without options; anything else stays as it is @returns it with right sums */
export function withChecksums(frame: Buffer): Buffer {
  if (frame.length < TRANSPORT_START || frame.readUInt16BE(12) !== 0x0800 || frame[IP_START] !== 0x45) return frame;
  const summed = Buffer.from(frame);
  summed.writeUInt16BE(0, IP_START + 10);
  summed.writeUInt16BE(~sumOf(summed.subarray(IP_START, TRANSPORT_START)) & 0xffff, IP_START + 10);
  const protocol = summed.readUInt8(IP_START + 9);
  const at = CHECKSUM_AT[protocol];
  const segment = summed.subarray(TRANSPORT_START, IP_START + summed.readUInt16BE(IP_START + 2));
  const isFragment = (summed.readUInt16BE(IP_START + 6) & FRAGMENT_BITS) !== 0;
  if (at === undefined || isFragment || segment.length < at + 2) return summed;
  segment.writeUInt16BE(0, at);
  const addresses = protocol === PROTOCOL_ICMP ? 0 : sumOf(summed.subarray(IP_START + 12, TRANSPORT_START));
  const pseudo = protocol === PROTOCOL_ICMP ? 0 : addresses + protocol + segment.length;
  segment.writeUInt16BE(~sumOf(segment, pseudo) & 0xffff || 0xffff, at);
  return summed;
}

/** Ones' complement over big-endian words (RFC 1071). */
function sumOf(bytes: Buffer, start = 0): number {
  let sum = start;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt8(at) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
