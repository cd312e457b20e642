/** When things reached a NIC, by its tap at the switch: packets of a session, and bytes of its opened stream. */
import { muxArrivals, type MuxArrivals } from "./mux-arrivals.ts";
import { coverageOf } from "./stream-coverage.ts";
import type { Tap } from "./tap.ts";
import { timedPackets } from "./timed-packets.ts";
import type { UdpSession } from "./udp-session.ts";

export interface Arrivals extends MuxArrivals {
  /** @returns when the first packet of that type was delivered; Infinity: none was */
  firstUs(type: number): number;
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
  const wholeUs = (streamBytes: number): number => {
    const last = ranges.filter(({ from, to }) => from < streamBytes && streamBytes <= to);
    return Math.min(Infinity, ...last.map(({ timeUs }) => timeUs));
  };
  const { up, down } = coverageOf(session);
  const [towards, away] = isUp ? [up, down] : [down, up];
  return {
    firstUs: (type) => firstSeen.get(`${session.id} type ${type}`) ?? Infinity,
    ...muxArrivals(towards.stream, away.stream, wholeUs),
  };
}
