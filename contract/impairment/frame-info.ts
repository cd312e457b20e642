/** What the impairment model knows of a frame: enough to match and to number it, never its contents. */

export type FrameProtocol = "udp" | "tcp" | "arp" | "icmp" | "other";

export const PACKET_TYPE_NAMES = {
  0x01: "msg1",
  0x02: "msg2",
  0x03: "msg3",
  0x04: "retry",
  0x10: "data",
  0x11: "ack",
  0x12: "ping",
  0x13: "close",
} as const;
export type PacketTypeName = (typeof PACKET_TYPE_NAMES)[keyof typeof PACKET_TYPE_NAMES];

export interface FrameInfo {
  /**
   * The sequence that the frame belongs to: made by `flowName`, so that ephemeral ports, session ids and the timing of other
   * flows can't shift a decision.
   */
  readonly flow: string;
  readonly protocol: FrameProtocol;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** What the link carries: counts for rate, queue and size limit. */
  readonly lengthBytes: number;
  /** The UDP or TCP payload, in which corruption flips bits. */
  readonly payloadBytes: number;
  readonly packetType: PacketTypeName | undefined;
}

/** flow = (source, destination, protocol, service port). */
export function flowName(source: string, destination: string, protocol: FrameProtocol, servicePort: number): string {
  return `${source}>${destination}/${protocol}/${servicePort}`;
}

const PROTOCOL_VERSION = 1;
const HEADER_BYTES = 26;

/** @returns the type that a UDP payload claims in its UDP-sec header (dsoftbus-transport.md#41-header), or undefined if it can't be one */
export function udpSecPacketType(payload: Uint8Array): PacketTypeName | undefined {
  if (payload.length < HEADER_BYTES || payload[0] !== PROTOCOL_VERSION) return undefined;
  const names: Readonly<Record<number, PacketTypeName>> = PACKET_TYPE_NAMES;
  return names[payload[1] ?? 0];
}
