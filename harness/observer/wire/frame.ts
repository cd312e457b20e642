/** A captured frame down to UDP and TCP: what arrived intact, and what can't be told. Never throws. */
import { onesComplementSum } from "./internet-checksum.ts";
import { type NetworkPacket, PROTOCOL_TCP, PROTOCOL_UDP, readIp } from "./ip-packet.ts";
import { type LinkFrame, readLink } from "./link-layer.ts";

/**
 * `offloaded`: the sender's kernel left it to the NIC, as on loopback, where nobody ever fills it in: what stands there is the sum of
 * the pseudo header alone. Such a frame never was on a wire and counts as intact.
 */
export type Checksum = "good" | "offloaded" | "absent" | "bad" | "cut";

export interface SegmentFlags {
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}

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
  const { payload } = packet;
  if (payload.length < 8) return undefined;
  const length = payload.readUInt16BE(4);
  if (length < 8 || length > packet.payloadBytes) return undefined;
  const datagram = payload.subarray(0, length);
  const checksum = payload.readUInt16BE(6) === 0 ? "absent" : checksumOf(packet, datagram, length, 6);
  return {
    kind: "udp",
    ...socketsOf(packet),
    checksum: datagram.length < length ? "cut" : checksum,
    payload: datagram.subarray(8),
    lengthsAgree: length === packet.payloadBytes,
  };
}

function readTcp(packet: NetworkPacket): TcpContent | undefined {
  const { payload, payloadBytes } = packet;
  if (payload.length < 20) return undefined;
  const headerBytes = (payload.readUInt8(12) >> 4) * 4;
  if (headerBytes < 20 || headerBytes > payloadBytes || headerBytes > payload.length) return undefined;
  const flags = payload.readUInt8(13);
  return {
    kind: "tcp",
    ...socketsOf(packet),
    checksum: payload.length < payloadBytes ? "cut" : checksumOf(packet, payload, payloadBytes, 16),
    sequence: payload.readUInt32BE(4),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    payload: payload.subarray(headerBytes),
    payloadBytes: payloadBytes - headerBytes,
  };
}

function socketsOf({ source, destination, payload }: NetworkPacket): { readonly from: string; readonly to: string } {
  return { from: socketText(source, payload.readUInt16BE(0)), to: socketText(destination, payload.readUInt16BE(2)) };
}

function checksumOf(packet: NetworkPacket, segment: Buffer, length: number, fieldAt: number): Checksum {
  const pseudo = onesComplementSum(Uint8Array.of(length >> 8, length & 0xff, 0, packet.protocol), packet.addressSum);
  if (onesComplementSum(segment, pseudo) === 0xffff) return "good";
  return segment.readUInt16BE(fieldAt) === pseudo ? "offloaded" : "bad";
}
