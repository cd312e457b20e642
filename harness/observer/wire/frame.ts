/** A captured frame down to UDP and TCP: what arrived intact, and what can't be told. Never throws. */
import { onesComplementSum } from "./internet-checksum.ts";
import { type NetworkPacket, PROTOCOL_TCP, PROTOCOL_UDP, readIp } from "./ip-packet.ts";
import { type LinkFrame, readLink } from "./link-layer.ts";
import { readTcpHead, readUdpHead, type SegmentFlags, UDP_HEAD_BYTES } from "./transport-head.ts";

/**
 * `offloaded`: the sender's kernel left it to the NIC, as on loopback, where nobody ever fills it in: what stands there is the sum of
 * the pseudo header alone. Such a frame never was on a wire and counts as intact.
 */
export type Checksum = "good" | "offloaded" | "absent" | "bad" | "cut";

export interface UdpContent {
  readonly kind: "udp";
  readonly from: string;
  readonly to: string;
  readonly checksum: Checksum;
  readonly payload: Buffer;
  /** As UDP's header says; IP says the same but in a forged or padded frame. */
  readonly lengthsAgree: boolean;
}

export interface TcpContent extends SegmentFlags {
  readonly kind: "tcp";
  readonly from: string;
  readonly to: string;
  readonly checksum: Checksum;
  readonly sequence: number;
  readonly payload: Buffer;
  /** Longer than what was captured if a snap length cut it. */
  readonly payloadBytes: number;
}

/** An IP packet that isn't, or can't be read as, whole UDP or TCP. */
export interface OtherContent {
  readonly kind: "fragment" | "other" | "malformed";
  readonly protocol: number | undefined;
  readonly source?: string;
  readonly destination?: string;
}

export type FrameContent = UdpContent | TcpContent | OtherContent;

export interface DecodedFrame {
  readonly link: LinkFrame;
  readonly content: FrameContent;
}

/** @returns undefined: a link type that isn't known here */
export function decodeFrame(linkType: number, bytes: Buffer): DecodedFrame | undefined {
  const link = readLink(linkType, bytes);
  return link === undefined ? undefined : { link, content: contentOf(link) };
}

/** Address and port as one text, in one form: `10.0.0.1:37021`, `[::1]:37021`. */
export function socketText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** @returns the address of a `socketText` */
export function addressOfSocket(socket: string): string {
  return socket.slice(0, socket.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

function contentOf({ ip }: LinkFrame): FrameContent {
  if (ip === undefined) return { kind: "other", protocol: undefined };
  const packet = readIp(ip);
  if (packet === undefined) return { kind: "malformed", protocol: undefined };
  const { protocol, source, destination } = packet;
  const other = (kind: OtherContent["kind"]): OtherContent => ({ kind, protocol, source, destination });
  if (packet.isFragment) return other("fragment");
  if (!packet.headerIntact) return other("malformed");
  if (protocol === PROTOCOL_UDP) return readUdp(packet) ?? other("malformed");
  if (protocol === PROTOCOL_TCP) return readTcp(packet) ?? other("malformed");
  return other("other");
}

function readUdp(packet: NetworkPacket): UdpContent | undefined {
  const { payload, payloadBytes } = packet;
  const head = readUdpHead(payload);
  if (head === undefined || head.length > payloadBytes) return undefined;
  const datagram = payload.subarray(0, head.length);
  const checksum = payload.readUInt16BE(6) === 0 ? "absent" : checksumOf(packet, datagram, head.length, 6);
  return {
    kind: "udp",
    ...socketsOf(packet, head),
    checksum: datagram.length < head.length ? "cut" : checksum,
    payload: datagram.subarray(UDP_HEAD_BYTES),
    lengthsAgree: head.length === payloadBytes,
  };
}

function readTcp(packet: NetworkPacket): TcpContent | undefined {
  const { payload, payloadBytes } = packet;
  const head = readTcpHead(payload);
  if (head === undefined || head.headerBytes > payloadBytes) return undefined;
  const { sequence, syn, ack, fin, rst, headerBytes } = head;
  return {
    kind: "tcp",
    ...socketsOf(packet, head),
    checksum: payload.length < payloadBytes ? "cut" : checksumOf(packet, payload, payloadBytes, 16),
    sequence,
    fin,
    syn,
    rst,
    ack,
    payload: payload.subarray(headerBytes),
    payloadBytes: payloadBytes - headerBytes,
  };
}

function socketsOf(
  { source, destination }: NetworkPacket,
  { sourcePort, destinationPort }: { readonly sourcePort: number; readonly destinationPort: number },
): { readonly from: string; readonly to: string } {
  return { from: socketText(source, sourcePort), to: socketText(destination, destinationPort) };
}

function checksumOf(packet: NetworkPacket, segment: Buffer, length: number, fieldAt: number): Checksum {
  const pseudo = onesComplementSum(Uint8Array.of(length >> 8, length & 0xff, 0, packet.protocol), packet.addressSum);
  if (onesComplementSum(segment, pseudo) === 0xffff) return "good";
  return segment.readUInt16BE(fieldAt) === pseudo ? "offloaded" : "bad";
}
