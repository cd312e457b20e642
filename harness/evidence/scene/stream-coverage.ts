/** What a session's DATA packets say about the stream: by offset where they open, by volume where the handshake could not be opened. */
import { DATA, TAG_BYTES } from "./decode/udp-sec-header.ts";
import { StreamAssembler } from "./decode/stream-assembler.ts";
import { IntervalSet } from "./interval-set.ts";
import type { SeenPacket, UdpSession } from "./udp-session.ts";

/** Receiver state and offset come before the stream bytes of DATA (dsoftbus-transport.md#4-packets). */
export const DATA_PREFIX_BYTES = 24;

export interface DirectionCoverage {
  readonly dataPackets: number;
  readonly opened: number;
  readonly distinctBytes: number;
  readonly repeatedBytes: number;
  readonly bodies: readonly Buffer[];
  /** What opened, up to the first hole. */
  readonly stream: Buffer;
}

export interface SessionCoverage {
  readonly session: UdpSession;
  readonly up: DirectionCoverage;
  readonly down: DirectionCoverage;
}

const KNOWN = new WeakMap<UdpSession, SessionCoverage>();

/** Several rules ask for the same. */
export function coverageOf(session: UdpSession): SessionCoverage {
  const known = KNOWN.get(session) ?? measure(session);
  KNOWN.set(session, known);
  return known;
}

/** Two taps show the same packet: each number counts once. */
function measure(session: UdpSession): SessionCoverage {
  const up = new Map<number, SeenPacket>();
  const down = new Map<number, SeenPacket>();
  for (const packet of session.packets) {
    if (packet.header.type !== DATA) continue;
    const side = session.isFromInitiator(packet) ? up : down;
    const known = side.get(packet.header.packetNumber);
    // A fault may have corrupted the copy that came first.
    const better = known === undefined || (session.hasKey && session.open(known) === undefined);
    if (better) side.set(packet.header.packetNumber, packet);
  }
  return { session, up: cover(session, [...up.values()]), down: cover(session, [...down.values()]) };
}

function cover(session: UdpSession, packets: readonly SeenPacket[]): DirectionCoverage {
  const bodies = packets.map(({ header }) => header.body);
  if (!session.hasKey) {
    const bytes = bodies.reduce((sum, body) => sum + Math.max(0, body.length - DATA_PREFIX_BYTES - TAG_BYTES), 0);
    return {
      dataPackets: packets.length,
      opened: 0,
      distinctBytes: bytes,
      repeatedBytes: 0,
      bodies,
      stream: Buffer.alloc(0),
    };
  }
  const offsets = new IntervalSet();
  const stream = new StreamAssembler(0);
  let opened = 0;
  for (const packet of packets) {
    const content = session.open(packet);
    const data = content?.data;
    if (content === undefined || data === undefined) continue;
    opened += 1;
    offsets.add(data.offset, data.offset + data.bytes.length);
    stream.add(data.offset, data.bytes);
  }
  const { distinctBytes, repeatedBytes } = offsets;
  return {
    dataPackets: packets.length,
    opened,
    distinctBytes,
    repeatedBytes,
    bodies,
    stream: stream.read().bytes,
  };
}
