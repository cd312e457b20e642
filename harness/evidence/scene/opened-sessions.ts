/** The opened bytes of all sessions of a scene, whichever transport carried them. Seen at several taps, each counts once. */
import { coverageOf, type SentRange } from "./stream-coverage.ts";
import { muxStreams, type MuxStreamTalk, type OpenedSession } from "./mux-conversation.ts";
import type { Scene } from "./scene.ts";

const KNOWN = new WeakMap<Scene, readonly MuxStreamTalk[]>();

/** @returns the mux streams of every session whose handshake was opened */
export function talksIn(scene: Scene): readonly MuxStreamTalk[] {
  const known = KNOWN.get(scene) ?? openedSessions(scene).flatMap(muxStreams);
  KNOWN.set(scene, known);
  return known;
}

function openedSessions({ udp, tcp }: Scene): OpenedSession[] {
  const sessions = new Map<string, OpenedSession>();
  for (const session of udp.sessions.filter(({ hasKey }) => hasKey)) {
    const { up, down } = coverageOf(session);
    sessions.set(session.id, {
      ...{ id: session.id, up: up.stream, down: down.stream },
      ...{ knownToInitiator: knowledgeOf(up.sent), knownToResponder: knowledgeOf(down.sent) },
    });
  }
  for (const { connection, up, down, hasKey } of tcp) {
    if (!hasKey) continue;
    const id = `tcp ${connection.client}`;
    const other = sessions.get(id);
    const isLonger = other === undefined || up.stream.length + down.stream.length > other.up.length + other.down.length;
    if (isLonger) sessions.set(id, { id, up: up.stream, down: down.stream });
  }
  return [...sessions.values()];
}

/** Stream bytes in one datagram at most (dsoftbus-transport.md#4-packets). */
const MAX_RANGE_BYTES = 1134;

/**
 * @returns how much of the other direction a sender can have known when the byte at an offset first left: every packet tells how
 * much its sender had received
 */
function knowledgeOf(sent: readonly SentRange[]): (offset: number) => number | undefined {
  const ranges = [...sent].sort((a, b) => a.offset - b.offset);
  return (offset) => {
    let known: number | undefined;
    for (let at = firstFrom(ranges, offset - MAX_RANGE_BYTES); at < ranges.length; at++) {
      const range = ranges[at];
      if (range === undefined || range.offset > offset) break;
      if (range.end > offset) known = Math.min(known ?? Infinity, range.delivered);
    }
    return known;
  };
}

/** @returns the index of the first range that begins at or after `offset` */
function firstFrom(ranges: readonly SentRange[], offset: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
