/** The mux over one session: opens streams, serves those of the far end, answers PING (dsoftbus-transport.md#12-mux-v2). */
import { u32, u64 } from "../../observer/crypto/bytes.ts";
import { MuxByteReader, type SeenFrame } from "../../observer/wire/mux-stream-frames.ts";
import { PeerError, unexpected } from "../transport/changes.ts";
import type { StreamCarrier } from "../transport/stream-carrier.ts";
import { madeFrame, openFrame, resetFrame } from "./peer-frames.ts";
import { INITIAL_CREDIT_BYTES, PeerStream } from "./peer-stream.ts";

const NO_SERVICE = 3;
const LIMIT = 1;
/** Far more than any self-test opens in a session: a guest that never stops opening must not take the memory. */
export const MAX_STREAMS = 1_024;

/** Resolves when it is done with the stream, which is then finished; what it throws resets it. */
export type PeerService = (stream: PeerStream, mux: PeerMux) => Promise<void>;

/** By what stands before the `/` of a stream's name. */
export type PeerServices = Readonly<Record<string, PeerService>>;

export class PeerMux {
  readonly session: StreamCarrier;
  /** Token of the latest PONG. */
  lastPong: bigint | undefined;
  readonly #services: PeerServices;
  readonly #streams = new Map<number, PeerStream>();
  readonly #reader = new MuxByteReader((frame) => this.#take(frame));
  #nextId: number;

  constructor(session: StreamCarrier, services: PeerServices) {
    this.session = session;
    this.#services = services;
    this.#nextId = session.role === "initiator" ? 1 : 2;
    session.onBytes = (bytes) => this.#reader.push(bytes);
    // Who reads the far end's FIN sends its own.
    session.onFinished = () => session.finish();
  }

  open(name: string, priority = 4, credit = INITIAL_CREDIT_BYTES): PeerStream {
    const id = this.nextId();
    const stream = new PeerStream(id, name, this);
    this.#streams.set(id, stream);
    this.send(openFrame(id, name, credit, priority));
    return stream;
  }

  /** Used up, whatever becomes of it. */
  nextId(): number {
    this.#nextId += 2;
    return this.#nextId - 2;
  }

  get changes(): StreamCarrier["changes"] {
    return this.session.changes;
  }

  /** Whatever frame that is. */
  readonly send = (frame: Uint8Array): void => this.session.write(frame);

  /** A stream of the far end's, once it was opened. */
  streamNamed(name: string): PeerStream | undefined {
    return [...this.#streams.values()].find((stream) => stream.name === name);
  }

  #take(frame: SeenFrame): void {
    const stream = this.#streams.get(frame.streamId);
    switch (frame.type) {
      case "OPEN":
        return this.#accept(frame.streamId, frame.name, frame.credit);
      case "OPEN_ACK":
        if (stream !== undefined) stream.isAcknowledged = true;
        return this.#credit(stream, frame.credit);
      case "WINDOW_UPDATE":
        return this.#credit(stream, frame.delta);
      case "DATA":
        return stream?.hear(frame.payload);
      case "RST":
        if (stream !== undefined) stream.resetCode ??= frame.code;
        return;
      case "CLOSE":
        if (stream !== undefined) stream.isClosedByPeer = true;
        return;
      case "PING":
        return this.send(madeFrame("PONG", 0, u64(frame.token)));
      case "PONG":
        this.lastPong = frame.token;
        return;
    }
  }

  #credit(stream: PeerStream | undefined, more: number): void {
    if (stream === undefined) return;
    stream.credit += more;
    stream.flush();
  }

  #accept(id: number, name: string, credit: number): void {
    const [service = ""] = name.split("/", 1);
    const serve = Object.hasOwn(this.#services, service) ? this.#services[service] : undefined;
    if (serve === undefined) return this.send(resetFrame(id, NO_SERVICE));
    if (this.#streams.size >= MAX_STREAMS) return this.send(resetFrame(id, LIMIT));
    const stream = new PeerStream(id, name, this, credit);
    this.#streams.set(id, stream);
    this.send(madeFrame("OPEN_ACK", id, u32(INITIAL_CREDIT_BYTES)));
    serve(stream, this).then(
      () => stream.finish(),
      (error: unknown) => {
        if (!(error instanceof PeerError)) throw error;
        stream.reset();
      },
    );
  }
}

/** @throws PeerError unless it holds */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw unexpected(otherwise);
}
