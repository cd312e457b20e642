/** What both ends of a session said to each other in mux frames, stream by stream, from the opened bytes. */
import { readMuxFrames, type MuxFrame } from "./decode/mux-frames.ts";

/** A session of either transport: what was opened of it, each direction up to its first hole. */
export interface OpenedSession {
  readonly id: string;
  readonly up: Buffer;
  readonly down: Buffer;
  /**
   * How much of the other direction was known to who sent the byte at an offset, when it first left: tells which credit it had.
   * Undefined where nothing tells (TCP): all of it.
   */
  readonly knownToInitiator?: (offset: number) => number | undefined;
  readonly knownToResponder?: (offset: number) => number | undefined;
}

export interface MuxStreamTalk {
  readonly session: string;
  readonly name: string;
  /** The initiator of the session opened it. */
  readonly openedUp: boolean;
  /** Credit that the acceptor gave with OPEN_ACK; undefined: none came. */
  readonly acceptorCredit: number | undefined;
  readonly toAcceptor: TalkDirection;
  readonly toOpener: TalkDirection;
}

export interface TalkDirection {
  readonly content: Buffer;
  /** The first place at which more had been sent than its sender can have known to be granted. */
  readonly overdrawn: { readonly sent: number; readonly granted: number } | undefined;
  /** Bytes of it that had been sent when each stream of that direction was opened: by the stream's name. */
  readonly sentBeforeOpen: ReadonlyMap<string, number>;
  readonly closed: boolean;
}

class DirectionDraft implements TalkDirection {
  readonly parts: Uint8Array[] = [];
  readonly sentBeforeOpen = new Map<string, number>();
  readonly grants: { readonly end: number; readonly granted: number }[] = [];
  readonly steps: { readonly end: number; readonly sent: number }[] = [];
  sent = 0;
  closed = false;
  overdrawn: { readonly sent: number; readonly granted: number } | undefined;

  /** @param end of the frame that grants, in the other direction's stream */
  grant(end: number, bytes: number): void {
    this.grants.push({ end, granted: (this.grants.at(-1)?.granted ?? 0) + bytes });
  }

  findOverdraft(known: ((offset: number) => number | undefined) | undefined): void {
    for (const { end, sent } of this.steps) {
      const heard = known?.(end - 1) ?? Infinity;
      const granted = this.grants.findLast((grant) => grant.end <= heard)?.granted ?? 0;
      if (sent <= granted) continue;
      this.overdrawn = { sent, granted };
      return;
    }
  }

  get content(): Buffer {
    return Buffer.concat(this.parts);
  }
}

interface TalkDraft {
  readonly name: string;
  readonly openedUp: boolean;
  acceptorCredit: number | undefined;
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
      const [up, down] = [new DirectionDraft(), new DirectionDraft()];
      // OPEN's credit is for the acceptor.
      (openedUp ? down : up).grant(frame.end, frame.credit);
      talks.set(frame.streamId, { name: frame.name, openedUp, acceptorCredit: undefined, up, down });
    }
  }
  follow(upFrames, talks, true);
  follow(downFrames, talks, false);
  for (const { up, down } of talks.values()) {
    up.findOverdraft(session.knownToInitiator);
    down.findOverdraft(session.knownToResponder);
  }
  return [...talks.values()].map(({ name, openedUp, acceptorCredit, up, down }) => {
    const [toAcceptor, toOpener] = openedUp ? [up, down] : [down, up];
    return { session: session.id, name, openedUp, acceptorCredit, toAcceptor, toOpener };
  });
}

function follow(frames: readonly MuxFrame[], talks: ReadonlyMap<number, TalkDraft>, isUp: boolean): void {
  for (const frame of frames) {
    const talk = talks.get(frame.streamId);
    if (talk === undefined) continue;
    const [own, other] = isUp ? [talk.up, talk.down] : [talk.down, talk.up];
    switch (frame.type) {
      case "OPEN":
        for (const { up, down } of talks.values()) {
          const direction = isUp ? up : down;
          direction.sentBeforeOpen.set(talk.name, direction.sent);
        }
        break;
      case "DATA":
        own.parts.push(frame.payload);
        own.sent += frame.payload.length;
        own.steps.push({ end: frame.end, sent: own.sent });
        break;
      case "OPEN_ACK":
        talk.acceptorCredit = frame.credit;
        other.grant(frame.end, frame.credit);
        break;
      case "WINDOW_UPDATE":
        other.grant(frame.end, frame.delta);
        break;
      case "CLOSE":
        own.closed = true;
        break;
      default:
        break;
    }
  }
}
