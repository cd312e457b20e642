/** A responder that leaves each step to the case (dsoftbus-transport.md#3-handshake-over-udp). */
import { randomBytes } from "node:crypto";
import { hex } from "../../observer/crypto/bytes.ts";
import type { Device } from "../../observer/crypto/device.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import { keyedDigest, mac1KeyOf, readMsg1, retryFor } from "../../observer/wire/handshake-datagrams.ts";
import { type Params, readParams, sameParams } from "../../observer/wire/params.ts";
import { headerOf, readUdpHeader, TYPES, UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { OpenSession } from "../../peer/lies/open-session.ts";
import { demand, type PeerServices } from "../../peer/mux/peer-mux.ts";
import { HONEST_SERVICES } from "../../peer/services/all-services.ts";
import { type Changes, unexpected } from "../../peer/transport/changes.ts";
import {
  freshHalf,
  handshakeDatagram,
  MSG1_PADDING_BYTES,
  PEER_PARAMS,
  proofIn,
  type ResponderChanges,
  secondPayload,
} from "../../peer/transport/handshake-text.ts";
import { XkResponder } from "../../peer/transport/noise-side.ts";
import { PeerSession } from "../../peer/transport/peer-session.ts";
import type { PeerSocket } from "../../peer/transport/peer-socket.ts";
import type { HeardDatagram } from "./raw-dial.ts";

const MSG1_BYTES = 1_200;
const PARAMS_BYTES = 15;

export interface AnsweredSetup {
  readonly self: Device;
  readonly socket: PeerSocket;
  readonly targetId: string;
  readonly patienceMs: number;
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
}

export class AnsweredDial {
  readonly low: number;
  readonly high = freshHalf();
  readonly msg2: Uint8Array;
  readonly params: Params;
  session: PeerSession | undefined;
  readonly #setup: AnsweredSetup;
  readonly #from: HeardDatagram["from"];
  readonly #msg1: Uint8Array;
  readonly #noise: XkResponder;
  readonly #changes: Changes;
  #msg3: Uint8Array | undefined;

  /** @throws PeerError unless MSG1 is as it must be */
  constructor(setup: AnsweredSetup, msg1: HeardDatagram, changes: ResponderChanges, stageChanges: Changes) {
    this.#setup = setup;
    this.#changes = stageChanges;
    this.#from = msg1.from;
    this.#msg1 = msg1.bytes;
    const { self, onEphemeral } = setup;
    const ephemeral = randomBytes(32);
    onEphemeral(x25519Public(ephemeral), ephemeral);
    this.#noise = new XkResponder({ staticSecret: self.staticSecret, ephemeral });
    [this.low, this.params] = readFirst(this.#noise, self, msg1.bytes);
    const second = this.#noise.writeSecond(secondPayload(this.high, self, PEER_PARAMS, changes));
    const { low, high } = this;
    const msg2 = handshakeDatagram("MSG2", { low, high }, second);
    this.msg2 = changes.msg2?.(msg2) ?? msg2;
  }

  send(datagram: Uint8Array): void {
    this.#setup.socket.send(datagram, this.#from);
  }

  retry(cookie: Uint8Array): Uint8Array {
    return retryFor(this.#msg1, mac1KeyOf(this.#setup.self.staticPublicKey), cookie, this.low);
  }

  /** A datagram of this attempt with other fields in its header. */
  headed(datagram: Uint8Array, fields: { readonly high: number }): Uint8Array {
    const typ = readUdpHeader(datagram).value?.typ ?? 0;
    const copy = datagram.slice();
    copy.set(headerOf({ typ, low: this.low, ...fields }, datagram.length - UDP_SEC_HEADER_BYTES));
    return copy;
  }

  /** @returns MSG3 once it has come and was as it must be; from now on a session takes packets @throws PeerError */
  async third(): Promise<Uint8Array> {
    const bytes = await this.#changes.until("MSG3", () => this.#msg3);
    demand(bytes.length === 201, `MSG3 has ${bytes.length} bytes`);
    const { session } = this;
    if (session === undefined)
      throw unexpected("MSG3 doesn't open, or proves another device, or declares other params than MSG1");
    return bytes;
  }

  /** With a mux that serves what an honest peer does. */
  open(services: PeerServices = HONEST_SERVICES): OpenSession {
    if (this.session === undefined) throw new RangeError("no MSG3 has come");
    return new OpenSession(this.session, services);
  }

  take(bytes: Uint8Array): void {
    const { value: header } = readUdpHeader(bytes);
    if (header === undefined || header.low !== this.low || header.high !== this.high) return;
    if (header.typ === TYPES.MSG3) this.#takeMsg3(bytes);
    else this.session?.take(bytes);
  }

  /** Says CLOSE, if there is anybody. */
  end(): void {
    const { session } = this;
    if (session !== undefined && session.peerClose === undefined) session.close(0);
    session?.end();
  }

  #takeMsg3(bytes: Uint8Array): void {
    if (this.#msg3 !== undefined) return;
    this.#msg3 = Uint8Array.from(bytes);
    const third = this.#noise.readThird(bytes.subarray(UDP_SEC_HEADER_BYTES));
    if (third === undefined) return;
    const { params, problem } = readParams(third.payload, this.low);
    const { deviceId } = readProof("client", third.staticKey, proofIn(third.payload));
    if (problem !== undefined || !sameParams(params, this.params) || deviceId !== this.#setup.targetId) return;
    const { low, high } = this;
    const transmit = (datagram: Uint8Array): void => this.send(datagram);
    const keys = this.#noise.split();
    const setup = { ids: { low, high }, keys, params: PEER_PARAMS, peerParams: this.params, transmit };
    this.session = new PeerSession({ role: "responder", ...setup, patienceMs: this.#setup.patienceMs });
  }
}

/** @returns low half and params @throws PeerError */
function readFirst(noise: XkResponder, self: Device, msg1: Uint8Array): [number, Params] {
  const { value: header, malformed } = readUdpHeader(msg1);
  if (header === undefined) throw unexpected(`MSG1: ${malformed.text}`);
  demand(msg1.length === MSG1_BYTES, `MSG1 has ${msg1.length} bytes`);
  demand(header.low !== 0 && header.high === 0, "MSG1 has low half 0, or a high half");
  const { covered, mac1, noise: message } = readMsg1(msg1);
  demand(hex(keyedDigest(mac1KeyOf(self.staticPublicKey), covered)) === hex(mac1), "MSG1's mac1 is wrong");
  const payload = noise.readFirst(message);
  if (payload === undefined) throw unexpected("MSG1 doesn't open");
  const { params, problem } = readParams(payload, header.low);
  if (problem !== undefined) throw unexpected(`MSG1's params: ${problem}`);
  const padding = payload.subarray(PARAMS_BYTES);
  demand(padding.length === MSG1_PADDING_BYTES && padding.every((byte) => byte === 0), "MSG1's padding isn't zero");
  return [header.low, params];
}
