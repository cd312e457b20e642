/** What the switch has to know of an Ethernet frame: who, what, and where its payload lies. */
import type { FrameProtocol } from "../../contract/impairment/index.ts";

export interface FrameLayout {
  readonly protocol: FrameProtocol;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** Of the IPv4 header; undefined for anything else. */
  readonly ipAt: number | undefined;
  readonly transportAt: number;
  /** Of the UDP or TCP payload; `payloadAt === payloadEnd` if there is none. */
  readonly payloadAt: number;
  readonly payloadEnd: number;
}

export const ETHERNET_HEADER_BYTES = 14;
const IPV4 = 0x0800;
const ARP = 0x0806;
const PROTOCOLS: Readonly<Record<number, FrameProtocol>> = { 1: "icmp", 6: "tcp", 17: "udp" };

/** Addresses as numbers: 48 bits fit. */
export function sourceAddress(frame: Buffer): number {
  return frame.readUIntBE(6, 6);
}

export function destinationAddress(frame: Buffer): number {
  return frame.readUIntBE(0, 6);
}

/** Broadcast and multicast: the lowest bit of the first byte. */
export function isGroupAddress(address: number): boolean {
  return Math.floor(address / 2 ** 40) % 2 === 1;
}

export function readLayout(frame: Buffer): FrameLayout {
  const type = frame.length >= ETHERNET_HEADER_BYTES ? frame.readUInt16BE(12) : 0;
  const ipAt = ETHERNET_HEADER_BYTES;
  if (type !== IPV4 || frame.length < ipAt + 20) return opaque(type === ARP ? "arp" : "other");
  const transportAt = ipAt + (frame.readUInt8(ipAt) & 0x0f) * 4;
  const packetEnd = Math.min(frame.length, ipAt + frame.readUInt16BE(ipAt + 2));
  const protocol = PROTOCOLS[frame.readUInt8(ipAt + 9)] ?? "other";
  const isFragment = (frame.readUInt16BE(ipAt + 6) & 0x1fff) !== 0;
  const headerBytes = protocol === "udp" ? 8 : 20;
  if ((protocol !== "udp" && protocol !== "tcp") || isFragment || transportAt + headerBytes > packetEnd) {
    return opaque(protocol);
  }
  const payloadAt = transportAt + (protocol === "udp" ? 8 : (frame.readUInt8(transportAt + 12) >> 4) * 4);
  return {
    protocol,
    sourcePort: frame.readUInt16BE(transportAt),
    destinationPort: frame.readUInt16BE(transportAt + 2),
    ipAt,
    transportAt,
    payloadAt: Math.min(payloadAt, packetEnd),
    payloadEnd: packetEnd,
  };
}

function opaque(protocol: FrameProtocol): FrameLayout {
  const none = { sourcePort: undefined, destinationPort: undefined, ipAt: undefined };
  return { protocol, ...none, transportAt: 0, payloadAt: 0, payloadEnd: 0 };
}
