/**
 * An authenticated peer that speaks mux as it likes: at most its own session ends, with a stable label; nothing throws, and what
 * the victim holds stays within the bounds of dsoftbus-transport.md#12-mux-v2, written down here a second time.
 */
import { MuxError, MuxSession, type MuxStream, type Role } from "../../core/index.ts";
import { CheckViolation } from "../checkers/violation.ts";
import { Prng } from "../scheduler/prng.ts";
import { FuzzStream } from "./fuzz-stream.ts";
import { GrantedCredit } from "./granted-credit.ts";
import { MuxForger } from "./mux-forger.ts";
import type { FuzzFinding, SessionResult } from "./finding.ts";

const FRAMES_PER_SESSION = 300;
const LABELS = new Set(
  [
    "frame_oversize",
    "malformed_frame",
    "invalid_stream_state_transition",
    "window_credit_overflow_or_underflow",
    "unknown_stream_frame",
    "unauthenticated_session",
    "stream_limit_exceeded",
    "duplicate_stream_name",
    "invalid_stream_name",
  ].map((label) => `mux.reject.${label}`),
);
const APPLICATION = 6;
const MAX_STREAMS = 128;
const MAX_STREAM_BYTES = 2 * 1024 * 1024;
const SESSION_CREDIT_BYTES = 16 * 1024 * 1024;
/** Receive buffers, and 64 KiB to send for each stream. */
const MAX_HELD_BYTES = SESSION_CREDIT_BYTES + MAX_STREAMS * 64 * 1024 + 64 * 1024;
/** Resets, an acknowledgement and a window update for each stream, PING and PONG. */
const MAX_CONTROL_FRAMES = 256 + 3 * MAX_STREAMS + 2;
/** One `read` of the transport may bring events of many frames past the point where it stops. */
const MAX_EVENTS = 512 + MAX_STREAMS;

/** One session from its seed. */
export function fuzzMuxSession(seed: number): SessionResult | FuzzFinding {
  const run = new MuxRun(new Prng(seed, "fuzz", "mux"));
  try {
    const outcome = run.play();
    return { executions: run.frames, outcome };
  } catch (error) {
    return { kind: "mux", problem: error instanceof Error ? (error.stack ?? error.message) : String(error), seed };
  }
}

class MuxRun {
  frames = 0;
  readonly #prng: Prng;
  readonly #transport: FuzzStream;
  readonly #victim: MuxSession;
  readonly #forger: MuxForger;
  readonly #credit = new GrantedCredit();
  readonly #streams: MuxStream[] = [];
  #nowMs = 0;
  /** Bytes of a frame that has not arrived whole yet. */
  #late = new Uint8Array(0);

  constructor(prng: Prng) {
    this.#prng = prng;
    const role: Role = prng.below(2) === 0 ? "initiator" : "responder";
    this.#transport = new FuzzStream(role);
    this.#victim = new MuxSession({
      transport: this.#transport,
      nowMs: 0,
      acceptStream: (name) => !name.endsWith("3"),
    });
    this.#forger = new MuxForger(role, prng);
  }

  /** @returns how the session ended @throws CheckViolation that says what went wrong */
  play(): string {
    while (this.frames < FRAMES_PER_SESSION && this.#victim.end === undefined) {
      this.frames += 1;
      this.#nowMs += this.#prng.below(40);
      this.#arrive(this.#forger.next());
      if (this.#prng.below(3) > 0) this.#use();
      this.#pump();
      this.#check();
    }
    return this.#outcome();
  }

  /** Cut anywhere: now and then the end of a frame comes with the next one. */
  #arrive(frame: Uint8Array): void {
    this.#credit.onGranting(frame);
    const cut = this.#prng.below(3) === 0 ? this.#prng.below(frame.length + 1) : frame.length;
    this.#transport.deliver(this.#late, this.#nowMs);
    this.#transport.deliver(frame.slice(0, cut), this.#nowMs);
    this.#late = frame.slice(cut);
  }

  #pump(): void {
    this.#victim.pump(this.#nowMs);
    for (const event of this.#victim.takeEvents())
      if (event.type === "stream-accepted") this.#streams.push(event.stream);
    for (const bytes of this.#transport.takeWritten()) {
      const wrong = this.#forger.read(bytes) ?? this.#credit.onSpending(bytes);
      if (wrong !== undefined) throw new CheckViolation("fuzz", `the victim sent ${wrong}`);
    }
  }

  /** The victim's application: opens, writes, reads, finishes, resets. */
  #use(): void {
    if (this.#prng.below(20) === 0) this.#open();
    const stream = this.#streams[this.#prng.below(Math.max(1, this.#streams.length))];
    if (stream === undefined) return;
    const action = this.#prng.below(20);
    if (action < 8) stream.read(1 + this.#prng.below(100_000));
    else if (action < 15) stream.write(new Uint8Array(this.#prng.below(40_000)));
    else if (action === 15) stream.finish();
    else if (action === 16) stream.reset(0);
  }

  #open(): void {
    try {
      this.#streams.push(this.#victim.open(`v${this.#prng.below(200)}`, this.#prng.below(8)));
    } catch (error) {
      // A limit that the caller ran into: its own, and typed.
      if (!(error instanceof MuxError)) throw error;
    }
  }

  #check(): void {
    const stats = this.#victim.stats();
    const open = Object.values(stats.streams).reduce((sum, count) => sum + count, 0);
    atMost("streams", open, MAX_STREAMS);
    atMost(
      "credit granted plus buffered",
      stats.outstandingCreditBytes + stats.receiveBufferedBytes,
      SESSION_CREDIT_BYTES,
    );
    atMost("held bytes", stats.heldBytes, MAX_HELD_BYTES);
    atMost("control frames", stats.pendingControlFrames, MAX_CONTROL_FRAMES);
    atMost("events", stats.pendingEvents, MAX_EVENTS);
    for (const stream of this.#streams) atMost(`unread of ${stream.id}`, stream.readableBytes, MAX_STREAM_BYTES);
  }

  #outcome(): string {
    const { end } = this.#victim;
    if (end === undefined) return "lives";
    if (end.cause !== "rejected") return end.cause;
    const { label } = end;
    if (label === undefined || !LABELS.has(label)) throw new CheckViolation("fuzz", `an unknown label: ${label}`);
    const close = this.#transport.end;
    if (close?.code !== APPLICATION || close.reason !== label)
      throw new CheckViolation("fuzz", `CLOSE ${close?.code} ${close?.reason}`);
    // Whatever the application does now is of no consequence, and nothing leaves any more.
    for (const stream of this.#streams) {
      stream.write(new Uint8Array(10));
      while (stream.read(1_000_000) !== undefined);
      stream.reset(0);
    }
    this.#victim.pump(this.#nowMs + 60_000);
    this.#transport.takeWritten();
    const { heldBytes } = this.#victim.stats();
    if (heldBytes > 0) throw new CheckViolation("fuzz", `${heldBytes} bytes held after the end`);
    return label;
  }
}

function atMost(what: string, value: number, limit: number): void {
  if (!(value <= limit)) throw new CheckViolation("fuzz", `${what}: ${value}, limit ${limit}`);
}
