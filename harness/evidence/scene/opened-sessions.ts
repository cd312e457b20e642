/** The opened bytes of all sessions of a scene, whichever transport carried them. Seen at several taps, each counts once. */
import { coverageOf } from "./stream-coverage.ts";
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
    sessions.set(session.id, { id: session.id, up: up.stream, down: down.stream });
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
