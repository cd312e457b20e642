/** What both ends of a session said to each other in mux frames, stream by stream, from the opened bytes. */
import { readMuxFrames, type MuxFrame } from "./decode/mux-frames.ts";

/** A session of either transport: what was opened of it, each direction up to its first hole. */
export interface OpenedSession {
  readonly id: string;
  readonly up: Buffer;
  readonly down: Buffer;
}

export interface MuxStreamTalk {
  readonly session: string;
  readonly name: string;
  /** The initiator of the session opened it. */
  readonly openedUp: boolean;
  readonly toAcceptor: TalkDirection;
  readonly toOpener: TalkDirection;
}

export interface TalkDirection {
  readonly content: Buffer;
  readonly closed: boolean;
}

class DirectionDraft implements TalkDirection {
  readonly parts: Uint8Array[] = [];
  closed = false;

  get content(): Buffer {
    return Buffer.concat(this.parts);
  }
}

interface TalkDraft {
  readonly name: string;
  readonly openedUp: boolean;
  readonly up: DirectionDraft;
  readonly down: DirectionDraft;
}

/** @returns the streams that were opened, in order; @throws nothing: what isn't a frame ends its direction */
export function muxStreams(session: OpenedSession): MuxStreamTalk[] {
  const upFrames = readMuxFrames(session.up).frames;
  const downFrames = readMuxFrames(session.down).frames;
  const talks = new Map<number, TalkDraft>();
  for (const [frames, openedUp] of [[upFrames, true] as const, [downFrames, false] as const]) {
    for (const frame of frames) {
      if (frame.type !== "OPEN" || talks.has(frame.streamId)) continue;
      const { streamId, name } = frame;
      talks.set(streamId, { name, openedUp, up: new DirectionDraft(), down: new DirectionDraft() });
    }
  }
  follow(upFrames, talks, true);
  follow(downFrames, talks, false);
  return [...talks.values()].map(({ name, openedUp, up, down }) => {
    const [toAcceptor, toOpener] = openedUp ? [up, down] : [down, up];
    return { session: session.id, name, openedUp, toAcceptor, toOpener };
  });
}

function follow(frames: readonly MuxFrame[], talks: ReadonlyMap<number, TalkDraft>, isUp: boolean): void {
  for (const frame of frames) {
    const talk = talks.get(frame.streamId);
    if (talk === undefined) continue;
    const own = isUp ? talk.up : talk.down;
    switch (frame.type) {
      case "DATA":
        own.parts.push(frame.payload);
        break;
      case "CLOSE":
        own.closed = true;
        break;
      default:
        break;
    }
  }
}
