/** Where a case is played that the target dials for: a UDP socket and a TCP listener at one port, and all that comes to them. */
import { hex, join } from "../../observer/crypto/bytes.ts";
import type { Device } from "../../observer/crypto/device.ts";
import { readUdpHeader, TYPES } from "../../observer/wire/udp-header.ts";
import { readMsg1 } from "../../observer/wire/handshake-datagrams.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { Changes, passed } from "../../peer/transport/changes.ts";
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

export interface DialledStageSetup {
  readonly at: DialledPlace;
  readonly stranger: Device;
  /** Who dials. */
  readonly targetId: string;
  readonly patienceMs: number;
  /** How long it may be until the target dials (again). */
  readonly dialPatienceMs: number;
  readonly trace: PacketTrace;
}

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
  readonly #lag = new LoopLag();

  constructor(setup: DialledStageSetup) {
    this.setup = setup;
    this.changes = new Changes(setup.patienceMs);
    const { at, trace } = setup;
    at.trace = trace;
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
    return this.changes.until("a MSG1 of the target's", () => this.of("MSG1")[0], this.setup.dialPatienceMs);
  }

  /** @param nth from 1 @throws PeerError */
  nth(type: keyof typeof TYPES, nth: number): Promise<HeardDatagram> {
    return this.changes.until(`${type} number ${nth}`, () => this.of(type)[nth - 1]);
  }

  /** TCP that the target has opened. @param nth from 1 @throws PeerError */
  connection(nth = 1): Promise<HeardTcp> {
    return this.changes.until("a TCP connection of the target's", () => this.tcp[nth - 1], this.setup.dialPatienceMs);
  }

  /** The latest, as long as the target hasn't ended it. @throws PeerError */
  liveConnection(): Promise<HeardTcp> {
    const live = (): HeardTcp | undefined => this.tcp.findLast(({ tcp }) => !tcp.hasEnded);
    return this.changes.until("a TCP connection of the target's", live, this.setup.dialPatienceMs);
  }

  /** A responder to that MSG1, whose MSG2 has not left. @throws PeerError unless MSG1 is as it must be */
  answer(msg1: HeardDatagram, changes: ResponderChanges = {}): AnsweredDial {
    const { at, targetId, patienceMs, trace } = this.setup;
    const { self, socket } = at;
    const setup = { self, socket, targetId, patienceMs, onEphemeral: trace.ephemeral };
    const dial = new AnsweredDial(setup, msg1, changes, this.changes);
    this.#dials.push(dial);
    return dial;
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
    for (const { tcp } of this.tcp) tcp.drop();
    for (const { bytes } of this.of("MSG1")) at.seen.add(attemptOf(bytes));
    at.onTcp = undefined;
    at.trace = undefined;
    at.socket.onDatagram = () => undefined;
  }

  #take(bytes: Uint8Array, from: SocketPlace): void {
    const { value: header } = readUdpHeader(bytes);
    const typ = header?.typ ?? 0;
    if (typ === TYPES.MSG1 && bytes.length === MSG1_BYTES && this.setup.at.seen.has(attemptOf(bytes))) return;
    const [atMs, lateMs] = [performance.now(), this.#lag.ms];
    if (this.heard.length < MAX_HEARD) this.heard.push({ typ, bytes: join(bytes), from, atMs, lateMs });
    for (const dial of this.#dials) dial.take(bytes);
    this.changes.notify();
  }
}

function attemptOf(msg1: Uint8Array): string {
  return hex(readMsg1(msg1).mac1);
}
