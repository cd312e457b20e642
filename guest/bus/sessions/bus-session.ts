import {
  type ByteStream,
  CloseCode,
  type ConnectionEnd,
  DEFAULT_MUX_LIMITS,
  type EndpointBudget,
  MuxError,
  type MuxEvent,
  MuxSession,
  type MuxStream,
  type TransportKind,
} from "../../core/index.ts";
import type { Clock } from "../../runtime/runtime.ts";
import { BusError } from "./bus-error.ts";
import { BusStream, type StreamHost } from "./bus-stream.ts";
import { Deadline } from "./deadline.ts";

/** One authenticated connection as its driver hands it over, over either transport. */
export interface Carrier {
  readonly connection: ByteStream;
  /** What the streams' tuned credit counts against, with all connections of the bus. */
  readonly budget?: EndpointBudget | undefined;
  /** Both: who the peer proved to be. */
  readonly peerDeviceId: string;
  readonly dialled: boolean;
  /** The peer has shown that it holds the keys now, and not only when it sent the last message of its handshake. */
  readonly isConfirmed: boolean;
  /** The session has work: `advance` is to be called before this turn ends, then what it wrote is to be sent. */
  wake(): void;
  /** Ends it because a newer one took its place (dsoftbus-transport.md#35-repeats-deadlines-refusals, REPLACED). */
  replace(nowMs: number): void;
  /** Plain JSON values: everything the transport counts. */
  stats(): Readonly<Record<string, unknown>>;
}

export interface SessionStats {
  readonly peer: string;
  readonly transport: TransportKind;
  readonly dialled: boolean;
  readonly connection: Readonly<Record<string, unknown>>;
  readonly mux: Readonly<Record<string, unknown>>;
}

/** What a session does with streams of the peer. */
export interface StreamServices {
  /** @returns false: reset with NO_SERVICE */
  accepts(name: string): boolean;
  /** Called synchronously, before anything that would let the peer go on has left. */
  onStream(stream: BusStream): void;
}

/** A session with one peer: mux streams over an authenticated connection of either transport. */
export class BusSession {
  readonly peerDeviceId: string;
  readonly transport: TransportKind;
  /** This side dialled. */
  readonly dialled: boolean;
  /** Resolves, never rejects, with how it ended. */
  readonly closed: Promise<ConnectionEnd>;
  readonly #carrier: Carrier;
  readonly #clock: Clock;
  readonly #mux: MuxSession;
  readonly #streams = new Map<MuxStream, BusStream>();
  readonly #finishing = new Set<BusStream>();
  readonly #opening = new Map<MuxStream, PendingOpen>();
  readonly #deadline: Deadline;
  readonly #host: StreamHost;
  #services: StreamServices = { accepts: () => false, onStream: () => undefined };
  #isConfirmed: boolean;
  #onConfirmed: () => void = () => undefined;
  #resolveClosed: (end: ConnectionEnd) => void = () => undefined;
  #end: ConnectionEnd | undefined;
  #hasFallenSilent = false;

  constructor(carrier: Carrier, clock: Clock) {
    this.peerDeviceId = carrier.peerDeviceId;
    this.transport = carrier.connection.transport;
    this.dialled = carrier.dialled;
    this.#isConfirmed = carrier.isConfirmed;
    this.#carrier = carrier;
    this.#clock = clock;
    this.#mux = new MuxSession({
      transport: carrier.connection,
      nowMs: clock.nowMs(),
      budget: carrier.budget,
      acceptStream: (name) => this.#services.accepts(name),
    });
    this.#deadline = new Deadline(clock, (nowMs) => this.#onDeadline(nowMs));
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    const endName = (): string | undefined => this.#end?.name;
    this.#host = {
      wake: () => carrier.wake(),
      onFinishing: (stream) => this.#finishing.add(stream),
      get endName() {
        return endName();
      },
    };
    this.#deadline.set(this.#mux.nextDeadlineMs());
  }

  /** How it ended; undefined while it lives. */
  get end(): ConnectionEnd | undefined {
    return this.#end;
  }

  /** It ended because nothing of the peer arrived for as long as the mux waits. */
  get hasFallenSilent(): boolean {
    return this.#hasFallenSilent;
  }

  /**
   * The mux hands nothing down because too much is unsent below, or no room is left there: `advance` is due again when that has
   * changed, which no event of the connection tells.
   */
  get isHeldBack(): boolean {
    const isMuchUnsent = this.#carrier.connection.unsentBytes >= DEFAULT_MUX_LIMITS.unsentBelowBytes;
    return this.hasNoRoom || (this.#end === undefined && isMuchUnsent);
  }

  /** The connection takes nothing: its own buffer is full, or others hold the memory that they share. */
  get hasNoRoom(): boolean {
    const { connection } = this.#carrier;
    return this.#end === undefined && connection.isEstablished && connection.writableBytes === 0;
  }

  /** Streams that have not ended in both directions. */
  get openStreams(): number {
    return this.#streams.size;
  }

  /** Takes streams that the peer opens. Without services they are refused (NO_SERVICE). Set it as soon as the session is there. */
  serve(services: StreamServices): void {
    this.#services = services;
  }

  /**
   * @param name 1..64 bytes of UTF-8, unique among the streams this side has open
   * @param priority 0 (highest) .. 7
   * @returns the stream once the peer acknowledged it
   * @throws BusError
   */
  async open(name: string, priority: number): Promise<BusStream> {
    if (this.#end !== undefined) throw this.#endedError(this.#end);
    const mux = this.#openOnMux(name, priority);
    const stream = new BusStream(mux, this.#host);
    this.#streams.set(mux, stream);
    const opened = new Promise<BusStream>((resolve, reject) => {
      this.#opening.set(mux, { stream, resolve, reject });
    });
    this.#carrier.wake();
    return await opened;
  }

  /** Ends it with a CLOSE that the peer authenticates. What was not acknowledged may be lost: agree with the peer first. */
  close(code: number = CloseCode.NO_ERROR, reason = ""): void {
    this.#carrier.connection.close(code, reason, this.#clock.nowMs());
    this.#carrier.wake();
  }

  /** @param then called once: now if it is confirmed already */
  whenConfirmed(then: () => void): void {
    if (this.#isConfirmed) then();
    else this.#onConfirmed = then;
  }

  /** For the driver: a packet of the peer's has opened. */
  confirm(): void {
    if (this.#isConfirmed) return;
    this.#isConfirmed = true;
    this.#onConfirmed();
  }

  /** A newer session with the same peer took its place (dsoftbus-transport.md#3-handshake-over-udp). */
  replace(): void {
    this.#carrier.replace(this.#clock.nowMs());
    this.#carrier.wake();
  }

  stats(): SessionStats {
    return {
      peer: this.peerDeviceId,
      transport: this.transport,
      dialled: this.dialled,
      connection: this.#carrier.stats(),
      mux: { ...this.#mux.stats() },
    };
  }

  /**
   * For the driver: moves bytes between connection and streams, and delivers events synchronously. To be called when the
   * connection has news or the session woke its driver, before anything is sent.
   */
  advance(nowMs: number): void {
    if (this.#end !== undefined) return;
    this.#mux.pump(nowMs);
    for (const event of this.#mux.takeEvents()) this.#dispatch(event);
    this.#forgetDone();
    const { end } = this.#carrier.connection;
    if (end === undefined) this.#deadline.set(this.#mux.nextDeadlineMs());
    else this.#finishSession(end);
  }

  /** Most deadlines of an idle session have moved on by the time they come: the peer was heard meanwhile, and nobody is woken. */
  #onDeadline(nowMs: number): void {
    const nextMs = this.#mux.nextDeadlineMs();
    if (nextMs !== undefined && nextMs > nowMs) this.#deadline.set(nextMs);
    else this.#carrier.wake();
  }

  #openOnMux(name: string, priority: number): MuxStream {
    try {
      return this.#mux.open(name, priority);
    } catch (error) {
      if (!(error instanceof MuxError)) throw error;
      throw new BusError("BUS_STREAM_REFUSED", error.message, error.code, { cause: error });
    }
  }

  #dispatch(event: MuxEvent): void {
    switch (event.type) {
      case "stream-accepted": {
        const stream = new BusStream(event.stream, this.#host);
        this.#streams.set(event.stream, stream);
        this.#services.onStream(stream);
        return;
      }
      case "stream-opened": {
        const pending = this.#opening.get(event.stream);
        this.#opening.delete(event.stream);
        pending?.resolve(pending.stream);
        return;
      }
      case "reset":
        this.#failOpening(event.stream);
        this.#streams.get(event.stream)?.notify();
        this.#streams.delete(event.stream);
        return;
      case "readable":
      case "writable":
      case "finished":
        this.#streams.get(event.stream)?.notify();
        return;
      case "session-ended":
        // The connection's own end, which follows or came before, says the rest in the words of the transport.
        this.#hasFallenSilent = event.cause === "keepalive";
        return;
    }
  }

  #failOpening(mux: MuxStream): void {
    const pending = this.#opening.get(mux);
    if (pending === undefined) return;
    this.#opening.delete(mux);
    const code = String(mux.resetCause?.code ?? "");
    pending.reject(new BusError("BUS_STREAM_RESET", `the peer refused stream "${mux.name}" (code ${code})`, code));
  }

  #forgetDone(): void {
    for (const stream of this.#finishing) {
      if (!stream.isDone) continue;
      this.#finishing.delete(stream);
      this.#streams.delete(stream.mux);
      // The end of the session may be what ended it: whoever still waits for the peer's direction must hear of it.
      stream.notify();
    }
  }

  #finishSession(end: ConnectionEnd): void {
    this.#end = end;
    this.#deadline.cancel();
    for (const pending of this.#opening.values()) pending.reject(this.#endedError(end));
    this.#opening.clear();
    for (const stream of this.#streams.values()) stream.notify();
    this.#streams.clear();
    this.#finishing.clear();
    this.#resolveClosed(end);
  }

  #endedError(end: ConnectionEnd): BusError {
    const reason = end.reason === "" ? "" : ` (${end.reason})`;
    return new BusError("BUS_SESSION_ENDED", `the session ended: ${end.name} by ${end.by}${reason}`, end.name);
  }
}

interface PendingOpen {
  readonly stream: BusStream;
  readonly resolve: (stream: BusStream) => void;
  readonly reject: (error: BusError) => void;
}
