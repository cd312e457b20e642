/**
 * `HandshakeState` of the Noise specification, revision 34, 5.3, for the one pattern we speak:
 *
 * ```
 * XK:
 *   <- s
 *   ...
 *   -> e, es
 *   <- e, ee
 *   -> s, se
 * ```
 *
 * A message that fails, in either direction, leaves the state as it was: each is tried on a copy.
 */
import { concatBytes } from "../bytes/concat.ts";
import { AEAD_TAG_BYTES, type CryptoPrimitives, X25519_KEY_BYTES, type X25519Key } from "../crypto/primitives.ts";
import { CipherState } from "./cipher-state.ts";
import { NoiseError } from "./noise-error.ts";
import { SymmetricState } from "./symmetric-state.ts";

export const PROTOCOL_NAME = "Noise_XK_25519_ChaChaPoly_BLAKE2s";
/** Noise 3: no Noise message is longer. */
export const MAX_NOISE_MESSAGE_BYTES = 65_535;

type Token = "e" | "s" | "ee" | "es" | "se";
const MESSAGE_PATTERNS: readonly (readonly Token[])[] = [
  ["e", "es"],
  ["e", "ee"],
  ["s", "se"],
];
/** What a message has besides its payload: keys, and the tags of what is encrypted. */
const MESSAGE_OVERHEAD_BYTES = [
  X25519_KEY_BYTES + AEAD_TAG_BYTES,
  X25519_KEY_BYTES + AEAD_TAG_BYTES,
  X25519_KEY_BYTES + AEAD_TAG_BYTES + AEAD_TAG_BYTES,
] as const;

interface CommonOptions {
  readonly crypto: CryptoPrimitives;
  readonly prologue: Uint8Array;
  /** Used, never wiped: it outlives the handshake. */
  readonly staticKey: X25519Key;
  /** 32 unpredictable bytes, used once and never again. Copied, and the copy wiped when the handshake is over. */
  readonly ephemeralSecret: Uint8Array;
}
export type HandshakeOptions = CommonOptions &
  (
    | { readonly role: "initiator"; readonly remoteStaticPublicKey: Uint8Array }
    | { readonly role: "responder"; readonly remoteStaticPublicKey?: undefined }
  );

/** What changes with a message: copied before, put in place after it succeeded. */
interface Progress {
  readonly symmetric: SymmetricState;
  remoteStatic: Uint8Array | undefined;
  remoteEphemeral: Uint8Array | undefined;
}

export class HandshakeState {
  readonly #crypto: CryptoPrimitives;
  readonly #isInitiator: boolean;
  readonly #staticKey: X25519Key;
  readonly #ephemeralKey: X25519Key;
  #progress: Progress;
  #messagesDone = 0;
  #isWiped = false;

  /**
   * @param options what the handshake begins with, or a state to copy
   * @throws NoiseError `NOISE_BAD_LENGTH` if a key has not 32 bytes
   */
  constructor(options: HandshakeOptions | HandshakeState) {
    if (options instanceof HandshakeState) {
      this.#crypto = options.#crypto;
      this.#isInitiator = options.#isInitiator;
      this.#staticKey = options.#staticKey;
      this.#ephemeralKey = options.#ephemeralKey.clone();
      this.#progress = { ...options.#progress, symmetric: options.#progress.symmetric.clone() };
      this.#messagesDone = options.#messagesDone;
      this.#isWiped = options.#isWiped;
      return;
    }
    const { crypto, staticKey, remoteStaticPublicKey } = options;
    this.#crypto = crypto;
    this.#isInitiator = options.role === "initiator";
    this.#staticKey = staticKey;
    for (const key of [options.ephemeralSecret, remoteStaticPublicKey]) {
      if (key !== undefined && key.length !== X25519_KEY_BYTES) {
        throw new NoiseError("NOISE_BAD_LENGTH", `a key has ${key.length} bytes and must have ${X25519_KEY_BYTES}`);
      }
    }
    this.#ephemeralKey = crypto.x25519Key(options.ephemeralSecret);

    const symmetric = SymmetricState.initialize(crypto, PROTOCOL_NAME);
    symmetric.mixHash(options.prologue);
    // The pre-message `<- s`: both know the responder's static public key.
    symmetric.mixHash(remoteStaticPublicKey ?? staticKey.publicKey);
    this.#progress = { symmetric, remoteStatic: remoteStaticPublicKey?.slice(), remoteEphemeral: undefined };
  }

  get isFinished(): boolean {
    return this.#messagesDone === MESSAGE_PATTERNS.length;
  }

  /** A copy. */
  get ephemeralPublicKey(): Uint8Array {
    return this.#ephemeralKey.publicKey.slice();
  }

  /** The peer's static public key, once known: from the start for the initiator, after message 3 for the responder. */
  get remoteStaticPublicKey(): Uint8Array | undefined {
    return this.#progress.remoteStatic;
  }

  /** @throws NoiseError on the wrong turn, a payload too long, or a peer's key that no secret comes from */
  writeMessage(payload: Uint8Array): Uint8Array {
    const { tokens, overheadBytes } = this.#nextMessage(true);
    if (payload.length + overheadBytes > MAX_NOISE_MESSAGE_BYTES) {
      throw new NoiseError("NOISE_BAD_LENGTH", `a payload of ${payload.length} bytes does not fit a Noise message`);
    }
    return this.#attempt((progress) => {
      const parts: Uint8Array[] = [];
      for (const token of tokens) {
        if (token === "e") {
          parts.push(this.#ephemeralKey.publicKey);
          progress.symmetric.mixHash(this.#ephemeralKey.publicKey);
        } else if (token === "s") {
          parts.push(progress.symmetric.encryptAndHash(this.#staticKey.publicKey));
        } else {
          this.#mixDiffieHellman(progress, token);
        }
      }
      parts.push(progress.symmetric.encryptAndHash(payload));
      return concatBytes(...parts);
    });
  }

  /** @returns the payload @throws NoiseError on the wrong turn, a bad length, or a message that does not authenticate */
  readMessage(message: Uint8Array): Uint8Array {
    const { tokens, overheadBytes } = this.#nextMessage(false);
    if (message.length < overheadBytes || message.length > MAX_NOISE_MESSAGE_BYTES) {
      throw new NoiseError(
        "NOISE_BAD_LENGTH",
        `message ${this.#messagesDone + 1} has ${message.length} bytes and must have ${overheadBytes} to ${MAX_NOISE_MESSAGE_BYTES}`,
      );
    }
    return this.#attempt((progress) => {
      let at = 0;
      for (const token of tokens) {
        if (token === "e") {
          progress.remoteEphemeral = message.slice(at, at + X25519_KEY_BYTES);
          at += X25519_KEY_BYTES;
          progress.symmetric.mixHash(progress.remoteEphemeral);
        } else if (token === "s") {
          const sealedBytes = X25519_KEY_BYTES + AEAD_TAG_BYTES;
          progress.remoteStatic = progress.symmetric.decryptAndHash(message.subarray(at, at + sealedBytes));
          at += sealedBytes;
        } else {
          this.#mixDiffieHellman(progress, token);
        }
      }
      return progress.symmetric.decryptAndHash(message.subarray(at));
    });
  }

  /** `h` after the last message: a name of this very handshake for both sides (11.2). */
  getHandshakeHash(): Uint8Array {
    this.#requireFinished();
    return this.#progress.symmetric.getHandshakeHash();
  }

  /** The raw transport keys, as seen from this side; each call makes new arrays that the caller must wipe. */
  splitKeys(): { readonly sendKey: Uint8Array; readonly receiveKey: Uint8Array } {
    this.#requireFinished();
    const [initiatorKey, responderKey] = this.#progress.symmetric.split();
    return this.#isInitiator
      ? { sendKey: initiatorKey, receiveKey: responderKey }
      : { sendKey: responderKey, receiveKey: initiatorKey };
  }

  /** `Split()`: cipher states that count their own nonces, for an ordered transport. */
  split(): { readonly send: CipherState; readonly receive: CipherState } {
    const { sendKey, receiveKey } = this.splitKeys();
    const send = new CipherState(this.#crypto);
    const receive = new CipherState(this.#crypto);
    send.initializeKey(sendKey);
    receive.initializeKey(receiveKey);
    sendKey.fill(0);
    receiveKey.fill(0);
    return { send, receive };
  }

  /** A state of its own: wiping or advancing one leaves the other alone. */
  clone(): HandshakeState {
    return new HandshakeState(this);
  }

  /** Forgets the ephemeral secret and all that followed from it. Idempotent; nothing but wiping works afterwards. */
  wipe(): void {
    this.#isWiped = true;
    this.#ephemeralKey.wipe();
    this.#progress.symmetric.wipe();
  }

  #nextMessage(isWriting: boolean): { readonly tokens: readonly Token[]; readonly overheadBytes: number } {
    if (this.#isWiped) throw new NoiseError("NOISE_WIPED", "this handshake was wiped");
    const tokens = MESSAGE_PATTERNS[this.#messagesDone];
    const overheadBytes = MESSAGE_OVERHEAD_BYTES[this.#messagesDone];
    if (tokens === undefined || overheadBytes === undefined) {
      throw new NoiseError("NOISE_FINISHED", "the handshake is over: all three messages are done");
    }
    const isInitiatorsTurn = this.#messagesDone % 2 === 0;
    if (isWriting !== (isInitiatorsTurn === this.#isInitiator)) {
      throw new NoiseError(
        "NOISE_WRONG_TURN",
        `message ${this.#messagesDone + 1} is the ${isInitiatorsTurn ? "initiator" : "responder"}'s to write`,
      );
    }
    return { tokens, overheadBytes };
  }

  #attempt(message: (progress: Progress) => Uint8Array): Uint8Array {
    const progress: Progress = { ...this.#progress, symmetric: this.#progress.symmetric.clone() };
    let result: Uint8Array;
    try {
      result = message(progress);
    } catch (error) {
      progress.symmetric.wipe();
      throw error;
    }
    this.#progress.symmetric.wipe();
    this.#progress = progress;
    this.#messagesDone += 1;
    return result;
  }

  #mixDiffieHellman(progress: Progress, token: "ee" | "es" | "se"): void {
    // The first letter is the initiator's key, the second the responder's.
    const own = (this.#isInitiator ? token[0] : token[1]) === "e" ? this.#ephemeralKey : this.#staticKey;
    const remoteIsEphemeral = (this.#isInitiator ? token[1] : token[0]) === "e";
    const remote = remoteIsEphemeral ? progress.remoteEphemeral : progress.remoteStatic;
    let shared: Uint8Array;
    try {
      shared = own.agree(remote ?? new Uint8Array(0));
    } catch {
      throw new NoiseError("NOISE_BAD_KEY", `no shared secret comes from the peer's key in token ${token}`);
    }
    progress.symmetric.mixKey(shared);
    shared.fill(0);
  }

  #requireFinished(): void {
    if (this.#isWiped) throw new NoiseError("NOISE_WIPED", "this handshake was wiped");
    if (!this.isFinished) {
      throw new NoiseError("NOISE_NOT_FINISHED", `only ${this.#messagesDone} of 3 handshake messages are done`);
    }
  }
}
