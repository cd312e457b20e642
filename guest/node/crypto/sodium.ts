/**
 * The primitives on libsodium, where somebody has installed the package `sodium-native`: it isn't one of ours. Sealing and opening a
 * packet cost a fifth of what node:crypto takes, most of which is making an object per packet. What libsodium lacks, or judges
 * otherwise than RFC 8032, stays with node:crypto.
 */
import { createRequire } from "node:module";
import {
  type Aead,
  AEAD_TAG_BYTES,
  type CryptoPrimitives,
  RawX25519Key,
  WipedKeyError,
  X25519_KEY_BYTES,
} from "../../core/index.ts";
import { nativeCrypto } from "./native.ts";

const PACKAGE = "sodium-native";

/** What is used of the package. Outputs come first and are filled; a failed check throws. */
interface Sodium {
  crypto_aead_chacha20poly1305_ietf_encrypt(
    sealed: Uint8Array,
    plaintext: Uint8Array,
    associatedData: Uint8Array,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  crypto_aead_chacha20poly1305_ietf_decrypt(
    plaintext: Uint8Array,
    secretNonce: null,
    sealed: Uint8Array,
    associatedData: Uint8Array,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  crypto_aead_chacha20poly1305_ietf_decrypt_detached(
    plaintext: Uint8Array,
    secretNonce: null,
    text: Uint8Array,
    tag: Uint8Array,
    associatedData: Uint8Array,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  crypto_scalarmult(shared: Uint8Array, secret: Uint8Array, publicKey: Uint8Array): void;
  crypto_scalarmult_base(publicKey: Uint8Array, secret: Uint8Array): void;
}

/** What is used of it. Opening runs within a `try`: a function that is missing would look like a packet that does not open. */
const CALLED: readonly (keyof Sodium)[] = [
  "crypto_aead_chacha20poly1305_ietf_encrypt",
  "crypto_aead_chacha20poly1305_ietf_decrypt",
  "crypto_aead_chacha20poly1305_ietf_decrypt_detached",
  "crypto_scalarmult",
  "crypto_scalarmult_base",
];

/**
 * Looks for the package once, from the program that runs upwards, as Node resolves packages.
 *
 * @param from the file beside whose packages to look
 * @returns undefined where it isn't installed, or not for this machine, or lacks what is called of it
 */
export function findSodium(from: string | undefined = process.argv[1]): CryptoPrimitives | undefined {
  if (from === undefined) return undefined;
  try {
    const sodium = createRequire(from)(PACKAGE) as Sodium;
    return CALLED.every((name) => typeof sodium[name] === "function") ? sodiumCrypto(sodium) : undefined;
  } catch {
    return undefined;
  }
}

function sodiumCrypto(sodium: Sodium): CryptoPrimitives {
  const curve = {
    publicKey: (secret: Uint8Array) => {
      const publicKey = new Uint8Array(X25519_KEY_BYTES);
      sodium.crypto_scalarmult_base(publicKey, secret);
      return publicKey;
    },
    shared: (secret: Uint8Array, publicKey: Uint8Array) => {
      const shared = new Uint8Array(X25519_KEY_BYTES);
      sodium.crypto_scalarmult(shared, secret, publicKey);
      return shared;
    },
  };
  return {
    ...nativeCrypto,
    name: "sodium",
    x25519Key: (secret) => new RawX25519Key(secret, curve),
    chacha20Poly1305: (key) => new SodiumAead(sodium, key),
  };
}

class SodiumAead implements Aead {
  readonly #sodium: Sodium;
  #key: Uint8Array | undefined;

  constructor(sodium: Sodium, key: Uint8Array) {
    if (key.length !== 32) throw new RangeError(`a ChaCha20-Poly1305 key has 32 bytes, not ${key.length}`);
    this.#sodium = sodium;
    this.#key = key.slice();
  }

  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES);
    this.sealInto(sealed, nonce, associatedData, plaintext);
    return sealed;
  }

  sealInto(sealed: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    const key = this.#liveKey();
    this.#sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plaintext, associatedData, null, nonce, key);
  }

  open(nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const key = this.#liveKey();
    if (ciphertext.length < AEAD_TAG_BYTES) return undefined;
    const plaintext = new Uint8Array(ciphertext.length - AEAD_TAG_BYTES);
    try {
      this.#sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, null, ciphertext, associatedData, nonce, key);
    } catch {
      return undefined;
    }
    return plaintext;
  }

  openInPlace(
    nonce: Uint8Array,
    associatedData: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): Uint8Array | undefined {
    const key = this.#liveKey();
    try {
      // libsodium decrypts after it has verified, and allows both to be the same memory.
      this.#sodium.crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        text,
        null,
        text,
        tag,
        associatedData,
        nonce,
        key,
      );
    } catch {
      return undefined;
    }
    return text;
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
