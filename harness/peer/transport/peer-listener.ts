/** Who is dialled: answers MSG1 and lets in whom it is told to (dsoftbus-transport.md#3-handshake-over-udp). */
import { randomBytes } from "node:crypto";
import type { Device } from "../../observer/crypto/device.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { HANDSHAKE_BYTES, keyedDigest, mac1KeyOf, readMsg1 } from "../../observer/wire/handshake-datagrams.ts";
import { type Params, readParams, sameParams } from "../../observer/wire/params.ts";
import { readUdpHeader, TYPES, type UdpHeader, UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import {
  freshHalf,
  handshakeDatagram,
  PEER_PARAMS,
  proofIn,
  type ResponderChanges,
  secondPayload,
} from "./handshake-text.ts";
import { XkResponder } from "./noise-side.ts";
import type { PeerSocket, SocketPlace } from "./peer-socket.ts";
import { PeerSession } from "./peer-session.ts";

const MAX_HALF_OPEN = 16;

export interface ListenSetup {
  readonly socket: PeerSocket;
  readonly self: Device;
  /** Device ids. */
  readonly accepts: ReadonlySet<string>;
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
  /** How the next dial is answered; undefined: as it should be. */
  readonly changesFor: () => ResponderChanges | undefined;
  readonly onSession: (session: PeerSession) => void;
}

interface HalfOpenSide {
  readonly noise: XkResponder;
  readonly low: number;
  readonly high: number;
  readonly params: Params;
  readonly msg2: Uint8Array;
  readonly from: SocketPlace;
  session: PeerSession | undefined;
}

export class PeerListener {
  readonly #setup: ListenSetup;
  readonly #mac1Key: Uint8Array;
  /** By mac1: what comes again is answered with the same bytes. */
  readonly #halves = new Map<string, HalfOpenSide>();

  constructor(setup: ListenSetup) {
    this.#setup = setup;
    this.#mac1Key = mac1KeyOf(setup.self.staticPublicKey);
    setup.socket.onDatagram = (bytes, from) => this.#take(bytes, from);
  }

  /** A MSG1 that comes again is answered anew. */
  forget(): void {
    for (const { session } of this.#halves.values()) session?.end();
    this.#halves.clear();
  }

  end(): void {
    this.forget();
    this.#setup.socket.close();
  }

  #take(bytes: Uint8Array, from: SocketPlace): void {
    const { value: header } = readUdpHeader(bytes);
    if (header === undefined) return;
    if (header.typ === TYPES.MSG1) return this.#takeMsg1(bytes, header, from);
    const half = [...this.#halves.values()].find(({ low, high }) => low === header.low && high === header.high);
    if (half === undefined) return;
    if (header.typ === TYPES.MSG3) this.#takeMsg3(bytes, half);
    else half.session?.take(bytes);
  }

  #takeMsg1(bytes: Uint8Array, { low }: UdpHeader, from: SocketPlace): void {
    if (bytes.length !== HANDSHAKE_BYTES[TYPES.MSG1]) return;
    const { noise: message, covered, mac1 } = readMsg1(bytes);
    if (hex(keyedDigest(this.#mac1Key, covered)) !== hex(mac1)) return;
    const known = this.#halves.get(hex(mac1)) ?? this.#answer(message, low, from);
    if (known === undefined) return;
    this.#halves.set(hex(mac1), known);
    const [oldest] = this.#halves;
    if (this.#halves.size > MAX_HALF_OPEN && oldest !== undefined) {
      oldest[1].session?.end();
      this.#halves.delete(oldest[0]);
    }
    this.#setup.socket.send(known.msg2, from);
  }

  #answer(message: Uint8Array, low: number, from: SocketPlace): HalfOpenSide | undefined {
    const { self, onEphemeral, changesFor } = this.#setup;
    const ephemeral = randomBytes(32);
    const noise = new XkResponder({ staticSecret: self.staticSecret, ephemeral });
    const payload = noise.readFirst(message);
    const read = payload === undefined ? undefined : readParams(payload, low);
    if (read === undefined || read.problem !== undefined) return undefined;
    onEphemeral(x25519Public(ephemeral), ephemeral);
    const high = freshHalf();
    const changes = changesFor() ?? {};
    const second = noise.writeSecond(secondPayload(high, self, PEER_PARAMS, changes));
    const msg2 = handshakeDatagram("MSG2", { low, high }, second);
    return { noise, low, high, params: read.params, msg2: changes.msg2?.(msg2) ?? msg2, from, session: undefined };
  }

  #takeMsg3(bytes: Uint8Array, half: HalfOpenSide): void {
    // A PING tells whoever repeats MSG3 that it was taken.
    if (half.session !== undefined) return void half.session.send({ type: "PING" });
    const { noise, low, high, params, from } = half;
    const third = noise.readThird(bytes.subarray(UDP_SEC_HEADER_BYTES));
    if (third === undefined) return;
    const { params: again, problem } = readParams(third.payload, low);
    const { deviceId = "" } = readProof("client", third.staticKey, proofIn(third.payload));
    if (problem !== undefined || !sameParams(again, params) || !this.#setup.accepts.has(deviceId)) return;
    const transmit = (datagram: Uint8Array): void => this.#setup.socket.send(datagram, from);
    const setup = { ids: { low, high }, keys: noise.split(), params: PEER_PARAMS, peerParams: params, transmit };
    half.session = new PeerSession({ role: "responder", ...setup });
    this.#setup.onSession(half.session);
    half.session.send({ type: "PING" });
  }
}
