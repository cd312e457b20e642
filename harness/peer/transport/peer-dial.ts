/** A dial of ours: MSG1, RETRY if one comes, MSG2, MSG3, and the session once the far end has spoken (dsoftbus-transport.md#3-handshake-over-udp). */
import { randomBytes } from "node:crypto";
import type { Device } from "../../observer/crypto/device.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import {
  HANDSHAKE_BYTES,
  mac1KeyOf,
  msg1WithCookie,
  readRetry,
  withMac1,
} from "../../observer/wire/handshake-datagrams.ts";
import { type Params, readParams } from "../../observer/wire/params.ts";
import { readUdpHeader, TYPES, UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { Changes, type PeerError, unexpected } from "./changes.ts";
import {
  firstPayload,
  freshHalf,
  handshakeDatagram,
  type Ids,
  type InitiatorChanges,
  PEER_PARAMS,
  proofIn,
  thirdPayload,
} from "./handshake-text.ts";
import { XkInitiator } from "./noise-side.ts";
import type { PeerSocket, SocketPlace } from "./peer-socket.ts";
import { PeerSession } from "./peer-session.ts";

/** Since the copy before (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
const GAPS_MS = [250, 250, 500, 500];
const LATER_GAP_MS = 1_000;

export interface DialledDevice {
  readonly deviceId: string;
  readonly staticPublicKey: Uint8Array;
  readonly place: SocketPlace;
}

export interface DialSetup {
  readonly socket: PeerSocket;
  readonly self: Device;
  readonly target: DialledDevice;
  readonly params?: Params;
  readonly ephemeral?: Uint8Array;
  readonly changes?: InitiatorChanges;
  /** Told an ephemeral key before it leaves. */
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
  /** As of `Changes`. */
  readonly patienceMs?: number | undefined;
}

export class PeerDial {
  readonly changes: Changes;
  /** MSG2 opened, and MSG3 has left. */
  hasAnswered = false;
  session: PeerSession | undefined;
  readonly #setup: DialSetup;
  readonly #noise: XkInitiator;
  readonly #low = freshHalf();
  readonly #params: Params;
  readonly #changes: InitiatorChanges;
  #message: Uint8Array;
  #copies = 0;
  #timer: NodeJS.Timeout | undefined;
  #isSpokenTo = false;
  #failure: PeerError | undefined;

  constructor(setup: DialSetup) {
    this.#setup = setup;
    this.changes = new Changes(setup.patienceMs);
    const { self, target, ephemeral = randomBytes(32), changes = {}, params = PEER_PARAMS } = setup;
    this.#params = params;
    this.#changes = changes;
    setup.onEphemeral(x25519Public(ephemeral), ephemeral);
    this.#noise = new XkInitiator({ staticSecret: self.staticSecret, ephemeral }, target.staticPublicKey);
    const noise = this.#noise.writeFirst(firstPayload(this.#low, params, changes));
    const covered = handshakeDatagram("MSG1", { low: this.#low, high: 0 }, noise);
    const msg1 = withMac1(mac1KeyOf(target.staticPublicKey), covered);
    this.#message = changes.msg1?.(msg1) ?? msg1;
    setup.socket.onDatagram = (bytes) => this.#take(bytes);
    this.#sendMessage();
  }

  /** @throws PeerError if the far end doesn't let this side in */
  async opened(): Promise<PeerSession> {
    const failed = (): void => {
      if (this.#failure !== undefined) throw this.#failure;
    };
    await this.changes.until("MSG2", () => {
      failed();
      return this.hasAnswered ? true : undefined;
    });
    return await this.changes.until("a packet behind MSG3", () => {
      const { session } = this;
      failed();
      if (session?.peerClose !== undefined) throw unexpected(`the dial is refused with code ${session.peerClose.code}`);
      return session !== undefined && this.#isSpokenTo ? session : undefined;
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.session?.end();
    this.#setup.socket.close();
  }

  #take(bytes: Uint8Array): void {
    const { value: header } = readUdpHeader(bytes);
    if (header === undefined || header.low !== this.#low) return;
    if (header.typ === TYPES.RETRY && !this.hasAnswered) this.#takeRetry(bytes);
    else if (header.typ === TYPES.MSG2 && !this.hasAnswered) this.#takeMsg2(bytes, header.high);
    else this.#takePacket(bytes);
    this.changes.notify();
  }

  #takeRetry(bytes: Uint8Array): void {
    if (bytes.length !== HANDSHAKE_BYTES[TYPES.RETRY]) return;
    this.#message = msg1WithCookie(this.#message, readRetry(bytes).cookie);
    this.#sendMessage();
  }

  #takeMsg2(bytes: Uint8Array, high: number): void {
    const { self, target, socket, patienceMs } = this.#setup;
    const payload = this.#noise.readSecond(bytes.subarray(UDP_SEC_HEADER_BYTES));
    if (payload === undefined) return this.#fail("MSG2 doesn't open");
    const { params: peerParams, problem } = readParams(payload, high);
    if (problem !== undefined) return this.#fail(`MSG2's params: ${problem}`);
    const { deviceId, problem: refused } = readProof("server", target.staticPublicKey, proofIn(payload));
    if (refused !== undefined) return this.#fail(`MSG2's proof: ${refused}`);
    if (deviceId !== target.deviceId) return this.#fail(`MSG2 proves the device ${deviceId}, not who was dialled`);
    const ids: Ids = { low: this.#low, high };
    const changes = this.#changes;
    const noise = this.#noise.writeThird(thirdPayload(this.#low, self, this.#params, changes), changes.shownStatic);
    const transmit = (datagram: Uint8Array): void => socket.send(datagram, target.place);
    const keys = this.#noise.split();
    const session = { ids, keys, params: this.#params, peerParams, transmit, patienceMs };
    this.session = new PeerSession({ role: "initiator", ...session });
    this.hasAnswered = true;
    this.#message = handshakeDatagram("MSG3", ids, noise);
    this.#copies = 0;
    this.#sendMessage();
  }

  #takePacket(bytes: Uint8Array): void {
    if (this.session === undefined) return;
    this.session.take(bytes);
    if (this.session.heardPackets === 0) return;
    this.#isSpokenTo = true;
    clearTimeout(this.#timer);
  }

  #fail(why: string): void {
    this.#failure = unexpected(why);
    clearTimeout(this.#timer);
  }

  #sendMessage(): void {
    clearTimeout(this.#timer);
    this.#setup.socket.send(this.#message, this.#setup.target.place);
    const gapMs = GAPS_MS[this.#copies] ?? LATER_GAP_MS;
    this.#copies += 1;
    this.#timer = setTimeout(() => this.#sendMessage(), gapMs);
  }
}
