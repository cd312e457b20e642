/** An initiator that leaves each step to the case: what it sends, what came, and when (dsoftbus-transport.md#3-handshake-over-udp). */
import { randomBytes } from "node:crypto";
import { join } from "../../observer/crypto/bytes.ts";
import type { Device } from "../../observer/crypto/device.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import {
  HANDSHAKE_BYTES,
  mac1KeyOf,
  msg1WithCookie,
  readRetry,
  withMac1,
} from "../../observer/wire/handshake-datagrams.ts";
import { type Params, readParams } from "../../observer/wire/params.ts";
import {
  headerOf,
  type HeaderFields,
  readUdpHeader,
  TYPES,
  UDP_SEC_HEADER_BYTES,
} from "../../observer/wire/udp-header.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { Changes, passed, unexpected } from "../../peer/transport/changes.ts";
import {
  firstPayload,
  freshHalf,
  handshakeDatagram,
  type InitiatorChanges,
  PEER_PARAMS,
  proofIn,
  thirdPayload,
} from "../../peer/transport/handshake-text.ts";
import { XkInitiator } from "../../peer/transport/noise-side.ts";
import type { DialledDevice } from "../../peer/transport/peer-dial.ts";
import { PeerSession } from "../../peer/transport/peer-session.ts";
import { type DatagramWatch, PeerSocket, type SocketPlace } from "../../peer/transport/peer-socket.ts";

const MAX_HEARD = 4_096;
const NOISE_BYTES = 1_142;
/** Of an address that is over its rate: more than one of its dials may be on their way. */
const MOST_RETRIES = 8;
/** What got no answer leaves again: it was lost, or over the rate of those with a cookie. */
const AGAIN_MS = 1_000;

export interface RawSetup {
  readonly self: Device;
  readonly target: DialledDevice;
  readonly addresses: readonly [string, ...string[]];
  readonly patienceMs: number;
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
  readonly watch: DatagramWatch;
}

/** What of MSG1 is unlike an honest one's, and where it leaves. */
export interface RawChoice {
  readonly self?: Device;
  readonly params?: Params;
  readonly header?: Partial<HeaderFields>;
  /** The half that the sealed params tell; undefined: the header's. */
  readonly toldHalf?: number;
  readonly low?: number;
  readonly changes?: InitiatorChanges;
  /** Which of the stage's own addresses. */
  readonly from?: number;
  /** That of another dial: same address and port. */
  readonly socket?: PeerSocket;
  /** False: RETRY is looked at, and not followed. Else it is followed as every initiator does, and counts for nothing. */
  readonly followsRetry?: boolean;
  /** Of MSG1, mac1 covers what this leaves. */
  readonly noise?: (noise: Uint8Array) => Uint8Array;
}

export interface HeardDatagram {
  readonly typ: number;
  readonly bytes: Uint8Array;
  readonly from: SocketPlace;
  readonly atMs: number;
  /** It may have come earlier by so much. */
  readonly lateMs?: number;
}

export class RawDial {
  readonly socket: PeerSocket;
  readonly low: number;
  readonly msg1: Uint8Array;
  readonly heard: HeardDatagram[] = [];
  readonly changes: Changes;
  session: PeerSession | undefined;
  /** Of the target's half and params; 0 until MSG2. */
  high = 0;
  peerParams: Params = PEER_PARAMS;
  readonly #setup: RawSetup;
  readonly #choice: RawChoice;
  readonly #noise: XkInitiator;
  #latestMsg1: Uint8Array;
  #retries = 0;

  private constructor(setup: RawSetup, choice: RawChoice, socket: PeerSocket) {
    this.#setup = setup;
    this.#choice = choice;
    this.socket = socket;
    this.changes = new Changes(setup.patienceMs);
    const { self = setup.self, low = freshHalf(), params = PEER_PARAMS, changes = {}, header = {}, toldHalf } = choice;
    const ephemeral = randomBytes(32);
    setup.onEphemeral(x25519Public(ephemeral), ephemeral);
    this.low = low;
    this.#noise = new XkInitiator({ staticSecret: self.staticSecret, ephemeral }, setup.target.staticPublicKey);
    const honest = this.#noise.writeFirst(firstPayload(toldHalf ?? header.low ?? low, params, changes));
    const noise = choice.noise?.(honest) ?? honest;
    const head = headerOf({ typ: TYPES.MSG1, low, high: 0, ...header }, NOISE_BYTES + 32);
    this.msg1 = withMac1(mac1KeyOf(setup.target.staticPublicKey), join(head, noise));
    this.#latestMsg1 = this.msg1;
    socket.onDatagram = (bytes, from) => this.#take(bytes, from);
  }

  static async begin(setup: RawSetup, choice: RawChoice): Promise<RawDial> {
    const address = setup.addresses[choice.from ?? 0] ?? setup.addresses[0];
    const socket = choice.socket ?? (await PeerSocket.open(setup.watch, { address, port: 0 }));
    return new RawDial(setup, choice, socket);
  }

  send(datagram: Uint8Array): void {
    if (datagram[1] === TYPES.MSG1) this.#latestMsg1 = datagram;
    this.socket.send(datagram, this.#setup.target.place);
  }

  /** So many of a type have come. */
  count(type: keyof typeof TYPES): number {
    return this.of(type).length;
  }

  of(type: keyof typeof TYPES): readonly HeardDatagram[] {
    return this.heard.filter(({ typ }) => typ === TYPES[type]);
  }

  /** @param nth of that type, from 1 @throws PeerError */
  nth(type: keyof typeof TYPES, nth = 1): Promise<HeardDatagram> {
    return this.changes.until(`${type} number ${nth}`, () => this.of(type)[nth - 1]);
  }

  /** What answers the latest MSG1, which leaves again as long as nothing does. @param nth from 1 @throws PeerError */
  msg2(nth = 1): Promise<HeardDatagram> {
    const again = setInterval(() => this.send(this.#latestMsg1), AGAIN_MS);
    return this.nth("MSG2", nth).finally(() => clearInterval(again));
  }

  /** Sends MSG1 and opens the MSG2 that answers it. @throws PeerError unless it is as it must be */
  async second(): Promise<Uint8Array> {
    this.send(this.msg1);
    const { bytes } = await this.msg2();
    this.open(bytes);
    return bytes;
  }

  /** @throws PeerError unless MSG2 opens, with params in range and the proof of the target */
  open(msg2: Uint8Array): void {
    const { value: header } = readUdpHeader(msg2);
    const payload = this.#noise.readSecond(msg2.subarray(UDP_SEC_HEADER_BYTES));
    if (header === undefined || payload === undefined) throw unexpected("MSG2 doesn't open");
    const { params, problem } = readParams(payload, header.high);
    if (problem !== undefined) throw unexpected(`MSG2's params: ${problem}`);
    const { deviceId, problem: refused } = readProof("server", this.#setup.target.staticPublicKey, proofIn(payload));
    if (refused !== undefined) throw unexpected(`MSG2's proof: ${refused}`);
    demand(deviceId === this.#setup.target.deviceId, "MSG2 proves another device than the target");
    const padding = payload.subarray(15 + 96);
    demand(
      padding.every((byte) => byte === 0),
      "MSG2's padding isn't zero",
    );
    this.high = header.high;
    this.peerParams = params;
  }

  /** @returns MSG3, which has not left; from now on packets are taken by a session */
  third(changes: InitiatorChanges = {}): Uint8Array {
    const { self = this.#setup.self, params = PEER_PARAMS } = this.#choice;
    const ids = { low: this.low, high: this.high };
    const noise = this.#noise.writeThird(thirdPayload(this.low, self, params, changes), changes.shownStatic);
    const setup = { ids, keys: this.#noise.split(), params, peerParams: this.peerParams };
    const transmit = (datagram: Uint8Array): void => this.send(datagram);
    this.session = new PeerSession({ role: "initiator", ...setup, transmit, patienceMs: this.#setup.patienceMs });
    return handshakeDatagram("MSG3", ids, noise);
  }

  /** Sends MSG3, again as long as nothing comes, and waits until the target speaks. @throws PeerError */
  async opened(): Promise<PeerSession> {
    await this.second();
    const msg3 = this.third();
    this.send(msg3);
    const again = setInterval(() => this.send(msg3), AGAIN_MS);
    return this.spokenTo().finally(() => clearInterval(again));
  }

  /** @throws PeerError unless the target lets this side in */
  async spokenTo(): Promise<PeerSession> {
    const { session } = this;
    if (session === undefined) throw new RangeError("no MSG3 was made");
    await session.changes.until("a first packet", () => {
      if (session.peerClose !== undefined) throw unexpected(`the dial is refused with code ${session.peerClose.code}`);
      return session.heardPackets > 0 ? true : undefined;
    });
    return session;
  }

  /** Nothing comes for a while. @throws PeerError */
  async isQuiet(otherwise: string, quietMs = QUIET_MS): Promise<void> {
    const before = this.heard.length;
    await passed(quietMs);
    demand(this.heard.length === before, otherwise);
  }

  end(): void {
    this.session?.end();
    this.socket.close();
  }

  #take(bytes: Uint8Array, from: SocketPlace): void {
    const { value: header, malformed } = readUdpHeader(bytes);
    // What has no header is noted as of no type.
    const typ = malformed === undefined ? header.typ : 0;
    if (typ === TYPES.RETRY && this.#follows(bytes)) return;
    if (this.heard.length < MAX_HEARD) this.heard.push({ typ, bytes, from, atMs: performance.now() });
    if (header !== undefined && header.pn > 0) this.session?.take(bytes);
    this.changes.notify();
  }

  #follows(retry: Uint8Array): boolean {
    if (this.#choice.followsRetry === false || retry.length !== HANDSHAKE_BYTES[TYPES.RETRY]) return false;
    this.#retries += 1;
    if (this.#retries <= MOST_RETRIES) this.send(msg1WithCookie(this.#latestMsg1, readRetry(retry).cookie));
    return true;
  }
}
