/** When things reached a NIC, by its tap at the switch: packets of a session, and bytes of its opened stream. */
import { readMuxFrames, type MuxFrame } from "./decode/mux-frames.ts";
import { coverageOf } from "./stream-coverage.ts";
import type { Tap } from "./tap.ts";
import { timedPackets } from "./timed-packets.ts";
import type { UdpSession } from "./udp-session.ts";

export interface Arrivals {
  /** @returns when the first packet of that type was delivered; Infinity: none was */
  firstUs(type: number): number;
  /** @returns when the first DATA frame of any mux stream was whole; Infinity: none was */
  firstMuxDataUs(): number;
  /** @returns the mux stream with the most content to this machine, which opened it; undefined: there is none */
  largest(name: RegExp): { readonly bytes: number; readonly wholeUs: number } | undefined;
}

/** @param tap of the switch: pcap doesn't say which way a frame went, and has a clock of its own */
export function arrivalsAt(tap: Tap, session: UdpSession, port: number): Arrivals {
  const firstSeen = new Map<string, number>();
  for (const { frame, header, timeUs } of timedPackets(tap, port)) {
    if (frame.direction !== "received") continue;
    const names = [`${header.sessionId} pn ${header.packetNumber}`, `${header.sessionId} type ${header.type}`];
    for (const name of names) if (!firstSeen.has(name)) firstSeen.set(name, timeUs);
  }
  const here = session.packets.filter((packet) => packet.tap === tap && packet.direction === "received");
  const isUp = here.some((packet) => session.isFromInitiator(packet));
  const ranges = here.flatMap((packet) => {
    const data = session.open(packet)?.data;
    if (data === undefined) return [];
    const timeUs = firstSeen.get(`${session.id} pn ${packet.header.packetNumber}`) ?? Infinity;
    return [{ from: data.offset, to: data.offset + data.bytes.length, timeUs }];
  });
  const wholeUs = (frame: MuxFrame | undefined): number => {
    if (frame === undefined) return Infinity;
    const last = ranges.filter(({ from, to }) => from < frame.end && frame.end <= to);
    return Math.min(Infinity, ...last.map(({ timeUs }) => timeUs));
  };
  const { up, down } = coverageOf(session);
  const [towards, away] = isUp ? [up, down] : [down, up];
  const heard = readMuxFrames(towards.stream).frames.filter((frame) => frame.type === "DATA");
  return {
    firstUs: (type) => firstSeen.get(`${session.id} type ${type}`) ?? Infinity,
    firstMuxDataUs: () => wholeUs(heard[0]),
    largest: (name) => {
      const opened = readMuxFrames(away.stream).frames.filter(
        (frame) => frame.type === "OPEN" && name.test(frame.name),
      );
      const contents = opened.map(({ streamId }) => {
        const frames = heard.filter((frame) => frame.streamId === streamId);
        const bytes = frames.reduce((sum, { payload }) => sum + payload.length, 0);
        return { bytes, wholeUs: wholeUs(frames.at(-1)) };
      });
      return contents.sort((a, b) => b.bytes - a.bytes)[0];
    },
  };
}
