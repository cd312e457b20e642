/** UDP-sec packets of one tap with their times: for rules about when, not only what. */
import { readUdpSecHeader, type UdpSecHeader } from "./decode/udp-sec-header.ts";
import type { Tap, TappedFrame } from "./tap.ts";

export interface TimedPacket {
  readonly frame: TappedFrame;
  readonly header: UdpSecHeader;
  /** On the clock of the tap's file: only differences mean anything. */
  readonly timeUs: number;
}

export function timedPackets(tap: Tap, port: number): TimedPacket[] {
  return tap.frames.flatMap((frame) => {
    const udp = frame.packet?.ip?.transport;
    if (udp?.kind !== "udp" || (udp.sourcePort !== port && udp.destinationPort !== port)) return [];
    const header = readUdpSecHeader(udp.payload);
    return header === undefined ? [] : [{ frame, header, timeUs: frame.captured.timeUs }];
  });
}

export function secondsBetween(fromUs: number, toUs: number): string {
  return `${((toUs - fromUs) / 1e6).toFixed(2)} s`;
}
