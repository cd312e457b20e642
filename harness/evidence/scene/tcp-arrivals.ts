/** When bytes of the fallback's opened stream reached a machine, by its tap at the switch. */
import { RunSet } from "../../observer/follow/run-set.ts";
import type { Arrivals } from "./arrivals.ts";
import { muxArrivals } from "./mux-arrivals.ts";
import { endpointText, type TcpSegment } from "./decode/packet.ts";
import type { TappedFrame } from "./tap.ts";
import type { TcpSession } from "./tcp-connection.ts";

/** So many bytes of the connection, without a hole, were there then. */
interface Arrived {
  readonly bytes: number;
  readonly timeUs: number;
}

/** @param session as its tap saw it, which must be one of the switch's: pcap doesn't say which way a frame went */
export function tcpArrivalsOf({ connection, up, down }: TcpSession): Arrivals {
  const { tap, client, server } = connection;
  const received = tap.frames.flatMap((frame) => (frame.direction === "received" ? segmentOf(frame) : []));
  const isClient = received.some(({ from, to }) => from === server && to === client);
  const [towards, away] = isClient ? [down, up] : [up, down];
  const own = received.filter(({ from, to }) =>
    isClient ? from === server && to === client : from === client && to === server,
  );
  const arrived = arrivedInOrder(own);
  const wholeUs = (streamBytes: number): number => {
    const piece = towards.pieces.find(({ streamEnd }) => streamEnd >= streamBytes);
    const found = piece === undefined ? undefined : arrived.find(({ bytes }) => bytes >= piece.connectionEnd);
    return found?.timeUs ?? Infinity;
  };
  // No packet of a handshake has a type there.
  return { firstUs: () => Infinity, ...muxArrivals(towards.stream, away.stream, wholeUs) };
}

interface SeenSegment {
  readonly from: string;
  readonly to: string;
  readonly segment: TcpSegment;
  readonly timeUs: number;
}

function segmentOf({ packet, captured }: TappedFrame): SeenSegment[] {
  const segment = packet?.ip?.transport;
  if (packet?.ip === undefined || segment?.kind !== "tcp") return [];
  const from = endpointText(packet.ip.source, segment.sourcePort);
  const to = endpointText(packet.ip.destination, segment.destinationPort);
  return [{ from, to, segment, timeUs: captured.timeUs }];
}

function arrivedInOrder(segments: readonly SeenSegment[]): Arrived[] {
  const arrived: Arrived[] = [];
  const there = new RunSet();
  let base: number | undefined;
  let bytes = 0;
  for (const { segment, timeUs } of segments) {
    base ??= segment.syn ? segment.sequence + 1 : segment.sequence;
    if (segment.payload.length === 0) continue;
    const offset = (segment.sequence - base) >>> 0;
    there.add(offset, offset + segment.payload.length - 1);
    const end = there.endOfRunFrom(0);
    if (end <= bytes) continue;
    bytes = end;
    arrived.push({ bytes, timeUs });
  }
  return arrived;
}
