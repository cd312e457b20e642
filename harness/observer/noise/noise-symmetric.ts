/** The symmetric state of Noise (Noise specification, revision 34, section 5.2) with ChaChaPoly and BLAKE2s. */
import { blake2s } from "../crypto/blake2s.ts";
import { ascii, join, u8, zeros } from "../crypto/bytes.ts";
import { hmacBlake2s, open, seal } from "../crypto/primitives.ts";

const PROTOCOL = "Noise_XK_25519_ChaChaPoly_BLAKE2s";

export class NoiseSymmetric {
  #hash: Uint8Array;
  #chainingKey: Uint8Array;
  #key: Uint8Array = zeros(0);
  #counter = 0;

  /** @param prologue that both sides mix in first */
  constructor(prologue: string) {
    this.#hash = blake2s(ascii(PROTOCOL));
    this.#chainingKey = this.#hash;
    this.mixHash(ascii(prologue));
  }

  /** What one message leaves behind begins several next ones: who looks on tries each that came. */
  copy(): NoiseSymmetric {
    const twin = new NoiseSymmetric("");
    twin.#hash = this.#hash;
    twin.#chainingKey = this.#chainingKey;
    twin.#key = this.#key;
    twin.#counter = this.#counter;
    return twin;
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

  /** @returns undefined if it doesn't open; the state is then of no use any more */
  decryptAndHash(sealed: Uint8Array): Uint8Array | undefined {
    const plaintext = open(this.#key, this.#counter, this.#hash, sealed);
    if (plaintext === undefined) return undefined;
    this.#counter += 1;
    this.mixHash(sealed);
    return plaintext;
  }

  /** @returns the key with which the initiator seals, and the responder's */
  split(): readonly [Uint8Array, Uint8Array] {
    return expand(this.#chainingKey, zeros(0));
  }
}

/** HKDF of Noise with two outputs. */
function expand(chainingKey: Uint8Array, secret: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const temporary = hmacBlake2s(chainingKey, secret);
  const first = hmacBlake2s(temporary, u8(1));
  return [first, hmacBlake2s(temporary, join(first, u8(2)))];
}
