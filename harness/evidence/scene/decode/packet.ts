/** Ethernet, IPv4 and IPv6, UDP and TCP, as far as the rules need them. Shares no code with the stack. */

export interface UdpDatagram {
  readonly kind: "udp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As the UDP header says, without the header: a first fragment tells the size of the whole. */
  readonly payloadLength: number;
  /** What of it is in this frame. */
  readonly payload: Buffer;
}

export interface TcpSegment {
  readonly kind: "tcp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly payload: Buffer;
}

export interface Packet {
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly ip: IpPacket | undefined;
}

export interface IpPacket {
  readonly source: string;
  readonly destination: string;
  readonly isFragment: boolean;
  readonly transport: UdpDatagram | TcpSegment | undefined;
}

interface IpPayload {
  readonly source: string;
  readonly destination: string;
  readonly isFragment: boolean;
  /** True for a fragment other than the first: no transport header in it. */
  readonly isTail: boolean;
  readonly protocol: number;
  readonly bytes: Buffer;
}

const ETHERNET_HEADER_BYTES = 14;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const IPV6_FRAGMENT = 44;

/** @returns undefined for a frame too short for an Ethernet header; what isn't understood inside is left out */
export function decodePacket(frame: Buffer): Packet | undefined {
  if (frame.length < ETHERNET_HEADER_BYTES) return undefined;
  let type = frame.readUInt16BE(12);
  let at = ETHERNET_HEADER_BYTES;
  if (type === ETHERTYPE_VLAN && frame.length >= at + 4) {
    type = frame.readUInt16BE(at + 2);
    at += 4;
  }
  const rest = frame.subarray(at);
  const ip = type === ETHERTYPE_IPV4 ? decodeIpv4(rest) : type === ETHERTYPE_IPV6 ? decodeIpv6(rest) : undefined;
  return {
    sourceMac: macText(frame.subarray(6, 12)),
    destinationMac: macText(frame.subarray(0, 6)),
    ip: ip === undefined ? undefined : withTransport(ip),
  };
}

/** Protocol, ports and addresses as one text: `10.0.0.1:37021`. */
export function endpointText(address: string, port: number): string {
  return `${address}:${port}`;
}

function decodeIpv4(bytes: Buffer): IpPayload | undefined {
  if (bytes.length < 20 || bytes.readUInt8(0) >> 4 !== 4) return undefined;
  const headerLength = (bytes.readUInt8(0) & 0x0f) * 4;
  const totalLength = bytes.readUInt16BE(2);
  if (headerLength < 20 || totalLength < headerLength) return undefined;
  const fragment = bytes.readUInt16BE(6);
  const offset = fragment & 0x1fff;
  return {
    source: [...bytes.subarray(12, 16)].join("."),
    destination: [...bytes.subarray(16, 20)].join("."),
    isFragment: (fragment & 0x2000) !== 0 || offset !== 0,
    isTail: offset !== 0,
    protocol: bytes.readUInt8(9),
    bytes: bytes.subarray(headerLength, totalLength),
  };
}

/** One fragment header is followed; other extension headers are not used by anything in these guests. */
function decodeIpv6(bytes: Buffer): IpPayload | undefined {
  if (bytes.length < 40 || bytes.readUInt8(0) >> 4 !== 6) return undefined;
  const address = (at: number): string =>
    bytes
      .subarray(at, at + 16)
      .toString("hex")
      .replace(/(.{4})(?=.)/g, "$1:");
  const end = 40 + bytes.readUInt16BE(4);
  const base = { source: address(8), destination: address(24) };
  const next = bytes.readUInt8(6);
  if (next !== IPV6_FRAGMENT || bytes.length < 48) {
    return { ...base, isFragment: false, isTail: false, protocol: next, bytes: bytes.subarray(40, end) };
  }
  const isTail = bytes.readUInt16BE(42) >> 3 !== 0;
  return { ...base, isFragment: true, isTail, protocol: bytes.readUInt8(40), bytes: bytes.subarray(48, end) };
}

function withTransport(ip: IpPayload): IpPacket {
  const transport = ip.isTail
    ? undefined
    : ip.protocol === PROTOCOL_UDP
      ? decodeUdp(ip.bytes)
      : ip.protocol === PROTOCOL_TCP
        ? decodeTcp(ip.bytes)
        : undefined;
  return { source: ip.source, destination: ip.destination, isFragment: ip.isFragment, transport };
}

function decodeUdp(bytes: Buffer): UdpDatagram | undefined {
  if (bytes.length < 8) return undefined;
  const length = bytes.readUInt16BE(4);
  if (length < 8) return undefined;
  return {
    kind: "udp",
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    payloadLength: length - 8,
    payload: bytes.subarray(8, length),
  };
}

function decodeTcp(bytes: Buffer): TcpSegment | undefined {
  if (bytes.length < 20) return undefined;
  const headerLength = (bytes.readUInt8(12) >> 4) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return undefined;
  const flags = bytes.readUInt8(13);
  return {
    kind: "tcp",
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    payload: bytes.subarray(headerLength),
  };
}

function macText(bytes: Buffer): string {
  return bytes.toString("hex").replace(/(..)(?=.)/g, "$1:");
}
