/**
 * The cryptographic primitives the stack needs, and nothing else it could be tempted to use.
 *
 * Noble is portable, the reference, and the only one that core knows; `guest/node` has one on node:crypto, and one on libsodium where that is.
 * They are tested against each other on random inputs and on vectors.
 */

/** X25519: secret, public key and shared secret alike. */
export const X25519_KEY_BYTES = 32;
/** Poly1305: what sealing adds. */
export const AEAD_TAG_BYTES = 16;

/** ChaCha20-Poly1305 (RFC 8439) under one key. */
export interface Aead {
  /**
   * @param nonce 12 bytes
   * @returns ciphertext followed by its 16-byte tag, in a new array
   */
  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Seals into an array of the caller's: without one more copy. @param sealed as long as `plaintext` and its tag; shares no memory with it */
  sealInto(sealed: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void;
  /**
   * @param nonce 12 bytes
   * @param ciphertext with its 16-byte tag
   * @returns the plaintext in a new array, or undefined if the tag does not match (never throws on wire input)
   */
  open(nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
  /**
   * As `open`, where nobody needs the ciphertext again, whether it opens or not: without a view for each of its parts.
   *
   * @param text the ciphertext without its tag
   * @param tag 16 bytes, unchanged and not kept
   * @returns the plaintext: `text` itself, or a new array
   */
  openInPlace(nonce: Uint8Array, associatedData: Uint8Array, text: Uint8Array, tag: Uint8Array): Uint8Array | undefined;
  /** Forgets the key as far as the platform allows. Any later call throws. */
  wipe(): void;
}

/**
 * An X25519 secret that is ready for use (RFC 7748). An implementation to which importing a key costs as much as using it does so once,
 * here.
 */
export interface X25519Key {
  /** 32 bytes, not a copy: not to be changed. */
  readonly publicKey: Uint8Array;
  /**
   * @returns the 32-byte shared secret, in a new array
   * @throws if the peer's public key leads to an all-zero secret (RFC 7748 6.1); callers treat any throw as a failed message
   */
  agree(publicKey: Uint8Array): Uint8Array;
  /** The same key, wiped by itself. */
  clone(): X25519Key;
  /** Forgets the secret as far as the platform allows. `agree` and `clone` then throw. Idempotent. */
  wipe(): void;
}

export interface CryptoPrimitives {
  /** Which implementation this is: shown in status and summaries. */
  readonly name: "noble" | "native" | "sodium";
  /** @returns 32 bytes */
  sha256(message: Uint8Array): Uint8Array;
  /** BLAKE2s-256, unkeyed (RFC 7693). @returns 32 bytes */
  blake2s(message: Uint8Array): Uint8Array;
  /** BLAKE2s with a 16-byte digest, keyed as RFC 7693 2.9 (not HMAC). @param key 1..32 bytes @returns 16 bytes */
  keyedBlake2s128(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** HMAC with BLAKE2s-256 (Noise 4.3, RFC 2104). @returns 32 bytes */
  hmacBlake2s(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** @param secret 32 bytes, copied @throws if it has another length */
  x25519Key(secret: Uint8Array): X25519Key;
  /** @param seed 32-byte Ed25519 secret seed @returns 32 bytes */
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  /** @returns 64 bytes */
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /**
   * Strict: small-order and non-canonical public keys are refused before any arithmetic
   * (dsoftbus-transport.md#2-device-identity). Never throws.
   */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** @param key 32 bytes */
  chacha20Poly1305(key: Uint8Array): Aead;
}

/** Fills with unpredictable bytes. Injected: the core has no randomness of its own. */
export type RandomBytes = (length: number) => Uint8Array;
