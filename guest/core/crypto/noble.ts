/** The portable implementation of the primitives, and the reference that the native one is tested against. */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { blake2s } from "@noble/hashes/blake2.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../bytes/concat.ts";
import type { Aead, CryptoPrimitives } from "./primitives.ts";
import { isAcceptableEd25519Key } from "./strict-ed25519.ts";
import { RawX25519Key, type RawX25519 } from "./raw-x25519-key.ts";
import { WipedKeyError } from "./wiped-key.ts";

const NOBLE_X25519: RawX25519 = {
  publicKey: (secret) => x25519.getPublicKey(secret),
  shared: (secret, publicKey) => x25519.getSharedSecret(secret, publicKey),
};

export const nobleCrypto: CryptoPrimitives = {
  name: "noble",
  sha256: (message) => sha256(message),
  blake2s: (message) => blake2s(message),
  keyedBlake2s128: (key, message) => blake2s(message, { key, dkLen: 16 }),
  hmacBlake2s: (key, message) => hmac(blake2s, key, message),
  x25519Key: (secret) => new RawX25519Key(secret, NOBLE_X25519),
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify,
  chacha20Poly1305: (key) => new NobleAead(key),
};

/**
 * RFC 8032 5.1.7 without its cofactor: `[S]B - [k]A` must be R to the byte. Noble's own `verify` multiplies both sides by 8, and so
 * takes signatures with a part of small order that OpenSSL refuses.
 */
function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || !isAcceptableEd25519Key(publicKey)) return false;
  const { Point } = ed25519;
  const scalar = littleEndian(signature.subarray(32));
  if (scalar >= Point.Fn.ORDER) return false;
  try {
    const key = Point.fromBytes(publicKey);
    const challenge = littleEndian(sha512(concatBytes(signature.subarray(0, 32), publicKey, message))) % Point.Fn.ORDER;
    const expected = Point.BASE.multiplyUnsafe(scalar).subtract(key.multiplyUnsafe(challenge)).toBytes();
    return expected.every((byte, index) => byte === signature[index]);
  } catch {
    return false;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

class NobleAead implements Aead {
  #key: Uint8Array | undefined;

  constructor(key: Uint8Array) {
    this.#key = key.slice();
  }

  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return chacha20poly1305(this.#liveKey(), nonce, associatedData).encrypt(plaintext);
  }

  sealInto(sealed: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    chacha20poly1305(this.#liveKey(), nonce, associatedData).encrypt(plaintext, sealed);
  }

  open(nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const key = this.#liveKey();
    try {
      return chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext);
    } catch {
      return undefined;
    }
  }

  /** Not in place: noble wants text and tag in one array. */
  openInPlace(
    nonce: Uint8Array,
    associatedData: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): Uint8Array | undefined {
    const ciphertext = new Uint8Array(text.length + tag.length);
    ciphertext.set(text);
    ciphertext.set(tag, text.length);
    return this.open(nonce, associatedData, ciphertext);
  }

  wipe(): void {
    this.#key?.fill(0);
    this.#key = undefined;
  }

  #liveKey(): Uint8Array {
    if (this.#key === undefined) throw new WipedKeyError();
    return this.#key;
  }
}
