/**
 * Noise XK over TCP (dsoftbus-transport.md#10-tcp-transport): message 1 empty, proofs in messages 2 and 3. Both sides as one
 * step function: a message of the peer in, what to do out.
 */
import { beginNoiseHandshake, type HandshakeDevice, type HandshakeStart } from "../begin-handshake.ts";
import { toHex } from "../bytes/hex.ts";
import type { CryptoPrimitives } from "../crypto/primitives.ts";
import type { DeviceIdentity } from "../identity/device-identity.ts";
import type { KeyLog } from "../key-log.ts";
import type { AcceptPolicy, Peer } from "../identity/peer.ts";
import { verifyProof } from "../identity/proof.ts";
import type { CipherState } from "../noise/cipher-state.ts";
import type { HandshakeState } from "../noise/handshake-state.ts";
import { NoiseError } from "../noise/noise-error.ts";
import { HANDSHAKE_MESSAGE_BYTES, PROLOGUE } from "./constants.ts";
import type { TcpSecOptions } from "./tcp-sec-options.ts";

export type HandshakeSide =
  | { readonly role: "initiator"; readonly peer: Peer }
  | {
      readonly role: "responder";
      readonly accept: AcceptPolicy;
      readonly takeHandshake?: TcpSecOptions["takeHandshake"];
    };

export type TcpHandshakeStep =
  | { readonly kind: "reply"; readonly message: Uint8Array }
  /** Keys are there. `message` is still to be sent, before anything else. */
  | { readonly kind: "done"; readonly peer: Peer; readonly message: Uint8Array | undefined }
  /** Responder: the message authenticates, but not a device that we take. Keys are there to say so. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string }
  /** Responder: the dialler's address has had its share. Nothing was computed. */
  | { readonly kind: "over-rate" };

export class TcpHandshake {
  readonly #side: HandshakeSide;
  readonly #crypto: CryptoPrimitives;
  readonly #identity: DeviceIdentity;
  readonly #noise: HandshakeState;
  #nextMessage: number;

  /** @throws NoiseError if the peer's static key has not 32 bytes */
  constructor(side: HandshakeSide, device: HandshakeDevice) {
    this.#side = side;
    this.#crypto = device.crypto;
    this.#identity = device.identity;
    this.#nextMessage = side.role === "initiator" ? 1 : 0;
    const start: HandshakeStart =
      side.role === "initiator"
        ? { role: "initiator", remoteStaticPublicKey: side.peer.staticPublicKey }
        : { role: "responder" };
    this.#noise = beginNoiseHandshake(device, PROLOGUE, start);
  }

  /** Size of the peer's next message. */
  get expectedBytes(): number {
    return HANDSHAKE_MESSAGE_BYTES[this.#nextMessage] ?? 0;
  }

  /** Initiator: message 1. @throws NoiseError if the peer's static key is of small order */
  start(): Uint8Array {
    return this.#noise.writeMessage(new Uint8Array(0));
  }

  /** @param message of `expectedBytes` */
  receive(message: Uint8Array, nowMs: number): TcpHandshakeStep {
    const number = this.#nextMessage;
    this.#nextMessage += 2;
    if (number === 0 && !this.#mayCompute(nowMs)) return { kind: "over-rate" };
    try {
      const payload = this.#noise.readMessage(message);
      if (this.#side.role === "initiator") return this.#onMessage2(payload, this.#side.peer);
      if (number === 0) return { kind: "reply", message: this.#noise.writeMessage(this.#identity.proof("server")) };
      return this.#onMessage3(payload, this.#side.accept);
    } catch (error) {
      if (!(error instanceof NoiseError)) throw error;
      return { kind: "failed", reason: error.message };
    }
  }

  /** `Split()` after `done` or `refused`, the last of all calls. @returns both halves, and the handshake's hash in hex */
  split(keyLog: KeyLog | undefined): { send: CipherState; receive: CipherState; hashHex: string } {
    const hashHex = toHex(this.#noise.getHandshakeHash());
    if (keyLog !== undefined) {
      const { sendKey, receiveKey } = this.#noise.splitKeys();
      const isInitiator = this.#side.role === "initiator";
      keyLog.sessionKeys(hashHex, isInitiator ? sendKey : receiveKey, isInitiator ? receiveKey : sendKey);
    }
    const halves = this.#noise.split();
    this.wipe();
    return { ...halves, hashHex };
  }

  wipe(): void {
    this.#noise.wipe();
  }

  #mayCompute(nowMs: number): boolean {
    if (this.#side.role === "initiator") return true;
    return this.#side.takeHandshake?.(nowMs) ?? true;
  }

  #onMessage2(proof: Uint8Array, expected: Peer): TcpHandshakeStep {
    const device = verifyProof(this.#crypto, "server", proof, expected.staticPublicKey);
    if (device === undefined) return { kind: "failed", reason: "the peer does not prove its identity" };
    if (device.deviceId !== expected.deviceId) return { kind: "failed", reason: "another device than the one dialled" };
    return { kind: "done", peer: expected, message: this.#noise.writeMessage(this.#identity.proof("client")) };
  }

  #onMessage3(proof: Uint8Array, accept: AcceptPolicy): TcpHandshakeStep {
    const staticPublicKey = this.#noise.remoteStaticPublicKey ?? new Uint8Array(0);
    const device = verifyProof(this.#crypto, "client", proof, staticPublicKey);
    if (device === undefined) return { kind: "refused", reason: "the proof is not valid" };
    if (!accept.authorise(device.deviceId, toHex(staticPublicKey))) return { kind: "refused", reason: "unknown peer" };
    return { kind: "done", peer: { deviceId: device.deviceId, staticPublicKey }, message: undefined };
  }
}
