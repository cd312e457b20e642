/** Ethernet frames around UDP datagrams and TCP segments of IPv4 (RFC 791, 768, 9293), with the checksums that a receiver would ask for. */

export interface FramePlace {
  /** IPv4. */
  readonly host: string;
  readonly port: number;
}

export interface SegmentFields {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledged: number;
}

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const UDP_BYTES = 8;
const TCP_BYTES = 20;
const IPV4 = 0x0800;
const UDP = 17;
const TCP = 6;
const DONT_FRAGMENT = 0x4000;
const TIME_TO_LIVE = 64;
const TCP_WINDOW = 0xffff;
/** Locally administered, as QEMU's are. */
const MAC_PREFIX = Buffer.from("525400", "hex");

/** @throws RangeError for what is no IPv4 address, or too long for one packet */
export function udpFrame(from: FramePlace, to: FramePlace, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(UDP_BYTES);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt16BE(UDP_BYTES + payload.length, 4);
  const body = Buffer.concat([header, payload]);
  // A sum of zero means "none" in UDP: its other form stands for it.
  body.writeUInt16BE(transportChecksum(from, to, UDP, body) || 0xffff, 6);
  return ethernetFrame(from, to, UDP, body);
}

/** @throws RangeError for what is no IPv4 address, or too long for one packet */
export function tcpFrame(from: FramePlace, to: FramePlace, segment: SegmentFields, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(TCP_BYTES);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt32BE(segment.sequence >>> 0, 4);
  header.writeUInt32BE(segment.acknowledged >>> 0, 8);
  header.writeUInt8((TCP_BYTES / 4) << 4, 12);
  header.writeUInt8(segment.flags, 13);
  header.writeUInt16BE(TCP_WINDOW, 14);
  const body = Buffer.concat([header, payload]);
  body.writeUInt16BE(transportChecksum(from, to, TCP, body), 16);
  return ethernetFrame(from, to, TCP, body);
}

function ethernetFrame(from: FramePlace, to: FramePlace, protocol: number, body: Buffer): Buffer {
  const head = Buffer.alloc(ETHERNET_BYTES + IP_BYTES);
  macOf(to).copy(head, 0);
  macOf(from).copy(head, 6);
  head.writeUInt16BE(IPV4, 12);
  const ip = head.subarray(ETHERNET_BYTES);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(IP_BYTES + body.length, 2);
  ip.writeUInt16BE(DONT_FRAGMENT, 6);
  ip.writeUInt8(TIME_TO_LIVE, 8);
  ip.writeUInt8(protocol, 9);
  addressOf(from).copy(ip, 12);
  addressOf(to).copy(ip, 16);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([head, body]);
}

function transportChecksum(from: FramePlace, to: FramePlace, protocol: number, body: Buffer): number {
  const pseudo = Buffer.alloc(12);
  addressOf(from).copy(pseudo, 0);
  addressOf(to).copy(pseudo, 4);
  pseudo.writeUInt8(protocol, 9);
  pseudo.writeUInt16BE(body.length, 10);
  return checksum(Buffer.concat([pseudo, body]));
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += (bytes[bytes.length - 1] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function addressOf({ host }: FramePlace): Buffer {
  const octets = host.split(".").map(Number);
  const isAddress =
    octets.length === 4 && octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet <= 255);
  if (!isAddress) throw new RangeError(`${host} is not an IPv4 address`);
  return Buffer.from(octets);
}

/** One for each address. */
function macOf(place: FramePlace): Buffer {
  return Buffer.concat([MAC_PREFIX, addressOf(place).subarray(1)]);
}
