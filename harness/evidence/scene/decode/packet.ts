/** A frame of Ethernet as the rules look at it: whatever can be read of it, intact or not. */
import { type NetworkPacket, PROTOCOL_TCP, PROTOCOL_UDP, readIp } from "../../../observer/wire/ip-packet.ts";
import { LINK_ETHERNET, readLink } from "../../../observer/wire/link-layer.ts";
import { readTcpHead, readUdpHead, type TcpHead, UDP_HEAD_BYTES } from "../../../observer/wire/transport-head.ts";

export interface UdpDatagram {
  readonly kind: "udp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As the UDP header says, without the header: a first fragment tells the size of the whole. */
  readonly payloadLength: number;
  /** What of it is in this frame. */
  readonly payload: Buffer;
}

export interface TcpSegment extends Omit<TcpHead, "headerBytes"> {
  readonly kind: "tcp";
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

/** @returns undefined for a frame too short for an Ethernet header; what isn't understood inside is left out */
export function decodePacket(frame: Buffer): Packet | undefined {
  const { sourceMac, destinationMac, ip } = readLink(LINK_ETHERNET, frame) ?? {};
  if (sourceMac === undefined || destinationMac === undefined) return undefined;
  const packet = ip === undefined ? undefined : readIp(ip);
  return { sourceMac, destinationMac, ip: packet === undefined ? undefined : withTransport(packet) };
}

/** Address and port as one text: `10.0.0.1:37021`. */
export function endpointText(address: string, port: number): string {
  return `${address}:${port}`;
}

function withTransport({
  source,
  destination,
  isFragment,
  isLaterFragment,
  protocol,
  payload,
}: NetworkPacket): IpPacket {
  const read = isLaterFragment ? undefined : READERS.get(protocol);
  return { source, destination, isFragment, transport: read?.(payload) };
}

function readUdp(bytes: Buffer): UdpDatagram | undefined {
  const head = readUdpHead(bytes);
  if (head === undefined) return undefined;
  const { length, ...ports } = head;
  return {
    kind: "udp",
    ...ports,
    payloadLength: length - UDP_HEAD_BYTES,
    payload: bytes.subarray(UDP_HEAD_BYTES, length),
  };
}

function readTcp(bytes: Buffer): TcpSegment | undefined {
  const head = readTcpHead(bytes);
  if (head === undefined) return undefined;
  const { headerBytes, ...rest } = head;
  return { kind: "tcp", ...rest, payload: bytes.subarray(headerBytes) };
}

const READERS = new Map<number, (bytes: Buffer) => IpPacket["transport"]>([
  [PROTOCOL_UDP, readUdp],
  [PROTOCOL_TCP, readTcp],
]);
