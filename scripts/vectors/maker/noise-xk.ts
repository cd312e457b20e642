/** Noise_XK_25519_ChaChaPoly_BLAKE2s (Noise specification, revision 34), seen by somebody who knows the secrets of both sides. */
import { blake2s } from "./blake2s.ts";
import { ascii, join, u8, zeros } from "./bytes.ts";
import { hmacBlake2s, seal, x25519, x25519Public } from "./primitives.ts";

export interface NoiseSecrets {
  readonly prologue: string;
  readonly initiatorStatic: Uint8Array;
  readonly initiatorEphemeral: Uint8Array;
  readonly responderStatic: Uint8Array;
  readonly responderEphemeral: Uint8Array;
}

export interface NoiseTranscript {
  readonly messages: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly handshakeHash: Uint8Array;
  /** With which the initiator seals. */
  readonly initiatorKey: Uint8Array;
  readonly responderKey: Uint8Array;
}

const PROTOCOL = "Noise_XK_25519_ChaChaPoly_BLAKE2s";

class Symmetric {
  #hash: Uint8Array;
  #chainingKey: Uint8Array;
  #key: Uint8Array = zeros(0);
  #counter = 0;

  constructor(prologue: string) {
    this.#hash = blake2s(ascii(PROTOCOL));
    this.#chainingKey = this.#hash;
    this.mixHash(ascii(prologue));
  }

  get hash(): Uint8Array {
    return this.#hash;
  }

  mixHash(data: Uint8Array): Uint8Array {
    this.#hash = blake2s(join(this.#hash, data));
    return data;
  }

  mixKey(secret: Uint8Array): void {
    const [chainingKey, key] = expand(this.#chainingKey, secret);
    this.#chainingKey = chainingKey;
    this.#key = key;
    this.#counter = 0;
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    this.#counter += 1;
    return this.mixHash(seal(this.#key, this.#counter - 1, this.#hash, plaintext));
  }

  split(): readonly [Uint8Array, Uint8Array] {
    return expand(this.#chainingKey, zeros(0));
  }
}

/** @param payloads of the three messages */
export function noiseXk(
  secrets: NoiseSecrets,
  payloads: readonly [Uint8Array, Uint8Array, Uint8Array],
): NoiseTranscript {
  const { initiatorStatic, initiatorEphemeral, responderStatic, responderEphemeral } = secrets;
  const responderPublic = x25519Public(responderStatic);
  const responderEphemeralPublic = x25519Public(responderEphemeral);
  const state = new Symmetric(secrets.prologue);
  state.mixHash(responderPublic);

  const first = [state.mixHash(x25519Public(initiatorEphemeral))];
  state.mixKey(x25519(initiatorEphemeral, responderPublic));
  first.push(state.encryptAndHash(payloads[0]));

  const second = [state.mixHash(responderEphemeralPublic)];
  state.mixKey(x25519(initiatorEphemeral, responderEphemeralPublic));
  second.push(state.encryptAndHash(payloads[1]));

  const third = [state.encryptAndHash(x25519Public(initiatorStatic))];
  state.mixKey(x25519(initiatorStatic, responderEphemeralPublic));
  third.push(state.encryptAndHash(payloads[2]));

  const [initiatorKey, responderKey] = state.split();
  const messages = [join(...first), join(...second), join(...third)] as const;
  return { messages, handshakeHash: state.hash, initiatorKey, responderKey };
}

/** HKDF of Noise with two outputs. */
function expand(chainingKey: Uint8Array, secret: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const temporary = hmacBlake2s(chainingKey, secret);
  const first = hmacBlake2s(temporary, u8(1));
  return [first, hmacBlake2s(temporary, join(first, u8(2)))];
}
