/**
 * Two connections and a small lossy pipe between them, in virtual time. Every invariant is checked after every event.
 */
import { nativeCrypto } from "../../../node/crypto/native.ts";
import type { CryptoPrimitives } from "../../crypto/primitives.ts";
import type { TraceSink } from "../../trace.ts";
import type { ConnectionSetup } from "./connection-setup.ts";
import type { TransportEvent } from "./transport-connection.ts";
import { Connection } from "./connection.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import { earliest } from "./timers.ts";
import { SingleDatagrams } from "../packet/datagram-slab.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import { DEFAULT_CONNECTION_LIMITS } from "./connection-limits.ts";
import type { TransportParameters } from "../handshake/transport-parameters.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "../handshake/transport-parameters.ts";

export interface PairOptions {
  readonly seed?: number;
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly duplicate?: number;
  /** Decides the fate of one datagram, beside the random faults. */
  readonly drop?: (from: Side, datagram: Uint8Array, nowMs: number) => boolean;
  readonly limits?: Partial<ConnectionLimits>;
  readonly parameters?: Partial<TransportParameters>;
  readonly handshakeRttMs?: number | undefined;
  readonly trace?: TraceSink;
  readonly budget?: EndpointBudget;
  readonly crypto?: CryptoPrimitives;
  readonly random?: (length: number) => Uint8Array;
}

export type Side = "initiator" | "responder";

export class InvariantError extends Error {}

/** Small, seeded, and good enough for faults. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function setupFor(role: Side, options: PairOptions = {}): ConnectionSetup {
  const draw = seededRandom((options.seed ?? 1) * 2 + (role === "initiator" ? 0 : 1));
  const keys = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
  return {
    role,
    sessionId: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
    sendKey: role === "initiator" ? keys[0] : keys[1],
    receiveKey: role === "initiator" ? keys[1] : keys[0],
    localParameters: { ...DEFAULT_TRANSPORT_PARAMETERS, ...options.parameters },
    peerParameters: { ...DEFAULT_TRANSPORT_PARAMETERS, ...options.parameters },
    handshakeRttMs: options.handshakeRttMs,
    crypto: options.crypto ?? nativeCrypto,
    random: options.random ?? ((length) => Uint8Array.from({ length }, () => Math.floor(draw() * 256))),
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...options.limits },
    budget: options.budget ?? new EndpointBudget(),
    memory: new SingleDatagrams(),
    trace: options.trace,
    nowMs: 0,
  };
}

interface Flying {
  readonly atMs: number;
  readonly order: number;
  readonly to: Side;
  readonly datagram: Uint8Array;
}

export class ConnectionPair {
  readonly initiator: Connection;
  readonly responder: Connection;
  readonly events: Record<Side, TransportEvent[]> = { initiator: [], responder: [] };
  readonly sent: Record<Side, Uint8Array[]> = { initiator: [], responder: [] };
  nowMs = 0;
  keepSent = false;
  /** Called after each event: reads, writes, finishes. */
  application: () => void = () => undefined;
  readonly #options: PairOptions;
  readonly #draw: () => number;
  readonly #packetNumbers: Record<Side, Set<number>> = { initiator: new Set(), responder: new Set() };
  #flying: Flying[] = [];
  #order = 0;

  constructor(options: PairOptions = {}) {
    this.#options = options;
    this.#draw = seededRandom(options.seed ?? 1);
    this.initiator = new Connection(setupFor("initiator", options));
    this.responder = new Connection(setupFor("responder", options));
  }

  side(side: Side): Connection {
    return side === "initiator" ? this.initiator : this.responder;
  }

  /** Sends all that may leave now, from both sides. */
  flush(): void {
    for (const side of ["initiator", "responder"] as const) {
      for (let datagram = this.side(side).poll(this.nowMs); datagram; datagram = this.side(side).poll(this.nowMs)) {
        this.#send(side, datagram);
      }
      this.events[side].push(...this.side(side).takeEvents());
      this.#check(side);
    }
  }

  /** Runs until `isDone`, or nothing is left to happen, or `untilMs`. */
  run(isDone: () => boolean, untilMs = 600_000): void {
    this.application();
    this.flush();
    while (!isDone()) {
      const next = this.#nextEventMs();
      if (next === undefined || next > untilMs) return;
      if (next > this.nowMs) this.nowMs = next;
      // What arrives in the same instant is one batch.
      for (let first = this.#flying[0]; first !== undefined && first.atMs <= this.nowMs; first = this.#flying[0]) {
        this.#flying.shift();
        this.side(first.to).receive(first.datagram.slice(), this.nowMs);
      }
      this.flush();
      this.application();
      this.flush();
    }
  }

  /** Runs for a while. */
  advance(durationMs: number): void {
    const untilMs = this.nowMs + durationMs;
    this.run(() => false, untilMs);
    this.nowMs = untilMs;
    this.flush();
  }

  #nextEventMs(): number | undefined {
    let next = this.#flying[0]?.atMs;
    for (const connection of [this.initiator, this.responder]) {
      const deadlineMs = connection.nextDeadlineMs();
      if (deadlineMs !== undefined && (next === undefined || deadlineMs < next)) next = deadlineMs;
    }
    return next;
  }

  #send(from: Side, datagram: Uint8Array): void {
    if (datagram.length > 1200) throw new InvariantError(`datagram of ${datagram.length} bytes`);
    const packetNumber = new DataView(datagram.buffer).getUint32(12, true);
    if (this.#packetNumbers[from].has(packetNumber)) throw new InvariantError(`packet number ${packetNumber} twice`);
    this.#packetNumbers[from].add(packetNumber);
    if (this.keepSent) this.sent[from].push(datagram);
    const { loss = 0, duplicate = 0, delayMs = 15, jitterMs = 0, drop } = this.#options;
    if (drop?.(from, datagram, this.nowMs) === true || this.#draw() < loss) return;
    const copies = this.#draw() < duplicate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#order += 1;
      const to = from === "initiator" ? "responder" : "initiator";
      this.#insert({ atMs: this.nowMs + delayMs + this.#draw() * jitterMs, order: this.#order, to, datagram });
    }
  }

  #insert(flying: Flying): void {
    let index = this.#flying.length;
    while (index > 0 && (this.#flying[index - 1]?.atMs ?? 0) > flying.atMs) index -= 1;
    this.#flying.splice(index, 0, flying);
  }

  #check(side: Side): void {
    const stats = this.side(side).stats();
    const limits = { ...DEFAULT_CONNECTION_LIMITS, ...this.#options.limits };
    const fail = (what: string): never => {
      throw new InvariantError(`${side} at ${this.nowMs}: ${what} ${JSON.stringify(stats)}`);
    };
    if (stats.inFlightBytes !== stats.recountedInFlightBytes) fail("in flight is not the sum of the records");
    if (stats.cwndBytes < 2400 || stats.cwndBytes > Math.max(limits.inFlightBytes, 2400)) fail("cwnd out of range");
    if (stats.state === "open") {
      const { timers } = stats;
      if (stats.inFlightBytes > 0 && timers.loss === undefined && timers.probe === undefined)
        fail("in flight, no timer");
      if (stats.isBlockedByCredit && timers.persist === undefined) fail("blocked by credit, no persist timer");
    }
    if (stats.held.sentRecords + stats.held.lostRecords > limits.sentRecords) fail("too many records");
    if (stats.held.outOfOrderSegments > limits.outOfOrderSegments) fail("too many segments");
    if (stats.held.unreadBytes + stats.held.outOfOrderBytes > stats.receiveWindowBytes) fail("window overrun");
    if (stats.writtenBytes - stats.peerDeliveredBytes > limits.sendBufferBytes) fail("send buffer overrun");
    if (stats.highestSentOffset > stats.creditEnd) fail("credit overrun");
    const deadlineMs = this.side(side).nextDeadlineMs();
    if (deadlineMs !== undefined && deadlineMs <= this.nowMs) fail("a deadline stays in the past");
    if (deadlineMs !== earliest(stats.timers)) fail(`the next deadline, ${deadlineMs}, is not the first of all`);
  }
}

/** Bytes that depend on their offset, so that any shift or gap shows. */
export function patternBytes(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((offset + index) * 2_654_435_761) >>> 24);
}

/** Writes `totalBytes` of the pattern to one side and checks them at the other. */
export class PatternTransfer {
  readonly #from: Connection;
  readonly #to: Connection;
  readonly #pattern: Uint8Array;
  #written = 0;
  received = 0;

  constructor(from: Connection, to: Connection, totalBytes: number) {
    this.#from = from;
    this.#to = to;
    this.#pattern = patternBytes(0, totalBytes);
  }

  get isDone(): boolean {
    return this.received === this.#pattern.length;
  }

  write(nowMs: number): void {
    while (this.#written < this.#pattern.length) {
      const taken = this.#from.write(this.#pattern.subarray(this.#written, this.#written + 65_536), nowMs);
      if (taken === 0) break;
      this.#written += taken;
    }
    if (this.#written === this.#pattern.length) this.#from.finish(nowMs);
  }

  step(nowMs: number): void {
    this.write(nowMs);
    for (let bytes = this.#to.read(65_536, nowMs); bytes !== undefined; bytes = this.#to.read(65_536, nowMs)) {
      for (const [index, byte] of bytes.entries()) {
        if (byte !== this.#pattern[this.received + index]) throw new InvariantError(`byte ${this.received + index}`);
      }
      this.received += bytes.length;
    }
  }
}
