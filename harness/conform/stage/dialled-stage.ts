/** Where a case is played that the target dials for: a UDP socket and a TCP listener at one port, and all that comes to them. */
import { hex, join } from "../../observer/crypto/bytes.ts";
import type { Device } from "../../observer/crypto/device.ts";
import { readUdpHeader, TYPES } from "../../observer/wire/udp-header.ts";
import { readMsg1 } from "../../observer/wire/handshake-datagrams.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { Changes, passed, PeerError, unexpected } from "../../peer/transport/changes.ts";
import type { ResponderChanges } from "../../peer/transport/handshake-text.ts";
import type { SocketPlace } from "../../peer/transport/peer-socket.ts";
import type { PeerTcp } from "../../peer/transport/peer-tcp.ts";
import { AnsweredDial } from "./answered-dial.ts";
import type { DialledPlace } from "./dialled-place.ts";
import { LoopLag } from "./loop-lag.ts";
import type { PacketTrace } from "./packet-trace.ts";
import type { HeardDatagram } from "./raw-dial.ts";

const MAX_HEARD = 4_096;
const MSG1_BYTES = 1_200;
const MOST_LATER = 16;

export interface DialledStageSetup {
  readonly at: DialledPlace;
  readonly stranger: Device;
  /** Who dials. */
  readonly targetId: string;
  readonly patienceMs: number;
  /** How long it may be until the target dials (again). */
  readonly dialPatienceMs: number;
  readonly trace: PacketTrace;
  /** Told what the case waits for as long as that depends on when the target dials. */
  readonly waits?: ToldWait | undefined;
}

/** Tells that somebody waits. @returns what comes of the wait */
export type ToldWait = <T>(what: string, wait: () => Promise<T>) => Promise<T>;

export interface HeardTcp {
  readonly tcp: PeerTcp;
  readonly atMs: number;
}

export class DialledStage {
  readonly setup: DialledStageSetup;
  readonly changes: Changes;
  readonly heard: HeardDatagram[] = [];
  readonly tcp: HeardTcp[] = [];
  readonly #dials: AnsweredDial[] = [];
  /** Dials of the target's behind the one that the case has answered, by attempt. */
  readonly #later = new Map<string, LaterDial>();
  #attempt: string | undefined;
  #answeredMs = Number.POSITIVE_INFINITY;
  readonly #lag = new LoopLag();

  constructor(setup: DialledStageSetup) {
    this.setup = setup;
    this.changes = new Changes(setup.patienceMs);
    const { at, trace } = setup;
    at.trace = trace;
    at.lost = undefined;
    at.onLost = () => this.changes.notify();
    at.socket.onDatagram = (bytes, from) => this.#take(bytes, from);
    at.onTcp = (tcp) => {
      this.tcp.push({ tcp, atMs: performance.now() });
      tcp.onMessage = undefined;
      this.changes.notify();
    };
  }

  of(type: keyof typeof TYPES): readonly HeardDatagram[] {
    return this.heard.filter(({ typ }) => typ === TYPES[type]);
  }

  /** The first MSG1 of an attempt that no case has seen. @throws PeerError */
  msg1(): Promise<HeardDatagram> {
    return this.#untilDialled("a MSG1 of the target's", () => this.of("MSG1")[0]);
  }

  /** @param nth from 1 @throws PeerError */
  nth(type: keyof typeof TYPES, nth: number): Promise<HeardDatagram> {
    return this.changes.until(`${type} number ${nth}`, () => this.of(type)[nth - 1]);
  }

  /** TCP that the target has opened. @param sinceMs leaves out what came before @param nth from 1 @throws PeerError */
  connection(sinceMs = 0, nth = 1): Promise<HeardTcp> {
    const found = (): HeardTcp | undefined => this.tcp.filter(({ atMs }) => atMs >= sinceMs)[nth - 1];
    return this.#untilDialled("a TCP connection of the target's", found);
  }

  /** TCP was opened after the dial over udp-sec was answered: one before may be of a failure that the target still remembered. */
  get hasFallenBack(): boolean {
    return this.tcp.some(({ atMs }) => atMs > this.#answeredMs);
  }

  /** The latest, as long as the target hasn't ended it. @throws PeerError */
  liveConnection(): Promise<HeardTcp> {
    const live = (): HeardTcp | undefined => this.tcp.findLast(({ tcp }) => !tcp.hasEnded);
    return this.#untilDialled("a TCP connection of the target's", live);
  }

  #untilDialled<T>(what: string, look: () => T | undefined): Promise<T> {
    const { at, waits = (_, wait) => wait(), dialPatienceMs } = this.setup;
    const lookOrGiveUp = (): T | undefined => {
      const found = look();
      if (found === undefined && at.lost !== undefined) throw unexpected(at.lost);
      return found;
    };
    return waits(what, () => this.changes.until(what, lookOrGiveUp, dialPatienceMs));
  }

  /** A responder to that MSG1, whose MSG2 has not left. @throws PeerError unless MSG1 is as it must be */
  answer(msg1: HeardDatagram, changes: ResponderChanges = {}): AnsweredDial {
    this.#attempt = attemptOf(msg1.bytes);
    this.#answeredMs = Math.min(this.#answeredMs, performance.now());
    const dial = this.#dialOf(msg1, changes);
    this.#dials.push(dial);
    return dial;
  }

  #dialOf(msg1: HeardDatagram, changes: ResponderChanges): AnsweredDial {
    const { at, targetId, patienceMs, trace } = this.setup;
    const { self, socket } = at;
    const setup = { self, socket, targetId, patienceMs, onEphemeral: trace.ephemeral };
    return new AnsweredDial(setup, msg1, changes, this.changes);
  }

  /** A dial answered as it should be: MSG3 was taken, nothing was said. @throws PeerError */
  async third(): Promise<AnsweredDial> {
    const dial = this.answer(await this.msg1());
    dial.send(dial.msg2);
    await dial.third();
    return dial;
  }

  send(datagram: Uint8Array, to: SocketPlace): void {
    this.setup.at.socket.send(datagram, to);
  }

  /** Nothing comes for a while, over either transport. @throws PeerError */
  async isQuiet(otherwise: string, quietMs: number): Promise<void> {
    const [datagrams, connections] = [this.heard.length, this.tcp.length];
    await passed(quietMs);
    demand(this.heard.length === datagrams && this.tcp.length === connections, otherwise);
  }

  /** Closes what stands, so that the target dials again for the next case. */
  end(): void {
    const { at } = this.setup;
    this.#lag.end();
    for (const dial of this.#dials.splice(0)) dial.end();
    for (const [attempt, { dial }] of this.#later) {
      at.seen.add(attempt);
      dial.end();
    }
    for (const { tcp } of this.tcp) tcp.drop();
    for (const { bytes } of this.of("MSG1")) at.seen.add(attemptOf(bytes));
    at.onTcp = undefined;
    at.onLost = () => undefined;
    at.trace = undefined;
    at.socket.onDatagram = () => undefined;
  }

  #take(bytes: Uint8Array, from: SocketPlace): void {
    const { value: header } = readUdpHeader(bytes);
    const typ = header?.typ ?? 0;
    if (typ === TYPES.MSG1 && bytes.length === MSG1_BYTES && this.setup.at.seen.has(attemptOf(bytes))) return;
    const [atMs, lateMs] = [performance.now(), this.#lag.ms];
    if (this.#isOfLaterDial({ typ, bytes, from, atMs })) return;
    if (this.heard.length < MAX_HEARD) this.heard.push({ typ, bytes: join(bytes), from, atMs, lateMs });
    for (const dial of this.#dials) dial.take(bytes);
    this.changes.notify();
  }

  #begunLater(msg1: HeardDatagram, attempt: string): LaterDial | undefined {
    if (this.#later.size === MOST_LATER) return undefined;
    try {
      const later = { dial: this.#dialOf({ ...msg1, bytes: join(msg1.bytes) }, {}), isOpen: false };
      this.#later.set(attempt, later);
      return later;
    } catch (error) {
      // Other cases look at what a MSG1 must be.
      if (error instanceof PeerError) return undefined;
      throw error;
    }
  }

  /**
   * Whom the case has turned away dials again while the case looks on. That dial is answered as it should be and serves: else it would take udp-sec for
   * failed, and the next case would hear of it over TCP.
   */
  #isOfLaterDial(heard: HeardDatagram): boolean {
    const { typ, bytes } = heard;
    if (typ === TYPES.MSG1) {
      const attempt = bytes.length === MSG1_BYTES ? attemptOf(bytes) : undefined;
      if (attempt === undefined || this.#attempt === undefined || attempt === this.#attempt) return false;
      const later = this.#later.get(attempt) ?? this.#begunLater(heard, attempt);
      later?.dial.send(later.dial.msg2);
      return true;
    }
    const { value: header } = readUdpHeader(bytes);
    const later = [...this.#later.values()].find(({ dial }) => dial.low === header?.low && dial.high === header.high);
    if (later === undefined) return false;
    later.dial.take(bytes);
    if (later.dial.session !== undefined && !later.isOpen) {
      later.isOpen = true;
      later.dial.open();
      later.dial.session.send({ type: "PING" });
    }
    return true;
  }
}

interface LaterDial {
  readonly dial: AnsweredDial;
  isOpen: boolean;
}

function attemptOf(msg1: Uint8Array): string {
  return hex(readMsg1(msg1).mac1);
}
