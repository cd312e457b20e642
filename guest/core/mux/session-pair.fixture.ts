import { concatBytes } from "../bytes/concat.ts";
import type { Frame } from "./frame.ts";
import { encodeFrame } from "./frame.ts";
import { DEFAULT_MUX_LIMITS } from "./limits.ts";
import type { MuxLimits } from "./limits.ts";
import type { MuxEvent } from "./mux-event.ts";
import { MuxSession } from "./mux-session.ts";
import type { AcceptStream } from "./frame-receiver.ts";
import type { MuxStream } from "./mux-stream.ts";
import { StreamPair } from "./stream-pair.fixture.ts";

export interface PairOptions {
  readonly limits?: Partial<MuxLimits>;
  readonly transportSendBufferBytes?: number;
  readonly acceptStream?: AcceptStream;
}

/** Two mux sessions over an in-memory byte stream. */
export class SessionPair {
  readonly pipe: StreamPair;
  readonly a: MuxSession;
  readonly b: MuxSession;
  nowMs = 0;
  readonly eventsOfA: MuxEvent[] = [];
  readonly eventsOfB: MuxEvent[] = [];

  constructor(options: PairOptions = {}) {
    const limits = { ...DEFAULT_MUX_LIMITS, ...options.limits };
    const acceptStream = options.acceptStream ?? (() => true);
    this.pipe = new StreamPair(options.transportSendBufferBytes);
    this.a = new MuxSession({ transport: this.pipe.initiator, nowMs: 0, limits, acceptStream });
    this.b = new MuxSession({ transport: this.pipe.responder, nowMs: 0, limits, acceptStream });
  }

  /** Pumps and moves everything until nothing moves. */
  settle(chunkBytes = Number.MAX_SAFE_INTEGER): void {
    let quietRounds = 0;
    for (let round = 0; round < 100_000; round += 1) {
      this.a.pump(this.nowMs);
      this.b.pump(this.nowMs);
      this.eventsOfA.push(...this.a.takeEvents());
      this.eventsOfB.push(...this.b.takeEvents());
      const moved =
        this.pipe.move(this.pipe.initiator, chunkBytes, this.nowMs) +
        this.pipe.move(this.pipe.responder, chunkBytes, this.nowMs);
      quietRounds = moved === 0 ? quietRounds + 1 : 0;
      if (quietRounds === 3) return;
    }
    throw new Error("the pair does not come to rest");
  }

  /** A stream opened by A, with B's end of it. */
  open(name = "s", priority = 3): { ofA: MuxStream; ofB: MuxStream } {
    const ofA = this.a.open(name, priority);
    this.settle();
    return { ofA, ofB: acceptedStream(this.eventsOfB) };
  }
}

/** A session whose peer is the test: frames are put in by hand, and what comes out is collected. */
export class LoneSession {
  readonly pipe = new StreamPair();
  readonly session: MuxSession;
  nowMs = 0;

  constructor(options: PairOptions & { role?: "initiator" | "responder" } = {}) {
    const transport = options.role === "initiator" ? this.pipe.initiator : this.pipe.responder;
    this.session = new MuxSession({
      transport,
      nowMs: 0,
      limits: { ...DEFAULT_MUX_LIMITS, ...options.limits },
      acceptStream: options.acceptStream ?? (() => true),
    });
    this.end = transport;
  }

  readonly end;

  receive(...frames: readonly (Frame | Uint8Array)[]): void {
    for (const frame of frames) this.end.inbox.append(frame instanceof Uint8Array ? frame : encodeFrame(frame));
    this.session.pump(this.nowMs);
  }

  /** Types (and ids) of the frames that left since the last call. */
  sent(): { type: number; streamId: number; payload: Uint8Array }[] {
    const frames = [];
    for (;;) {
      const header = this.end.unsent.read(12);
      if (header === undefined) return frames;
      const view = new DataView(header.buffer);
      const payload = this.end.unsent.read(view.getUint32(8, true)) ?? new Uint8Array(0);
      frames.push({ type: view.getUint8(1), streamId: view.getUint32(4, true), payload });
    }
  }
}

export function acceptedStream(events: readonly MuxEvent[]): MuxStream {
  for (const event of events.toReversed()) {
    if (event.type === "stream-accepted") return event.stream;
  }
  throw new Error("no stream was accepted");
}

export function readAll(stream: MuxStream): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let piece = stream.read(65_536); piece !== undefined; piece = stream.read(65_536)) pieces.push(piece);
  return concatBytes(...pieces);
}

/** Bytes that tell their offset. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + seed) & 0xff);
}
