/** The primitives on node:crypto: several times faster than noble on a machine with native code, and more so under emulation. */
import { createCipheriv, createDecipheriv, diffieHellman, hash, type KeyObject, sign, verify } from "node:crypto";
import {
  type Aead,
  AEAD_TAG_BYTES,
  type CryptoPrimitives,
  isAcceptableEd25519Key,
  WipedKeyError,
  type X25519Key,
} from "../../core/index.ts";
import { blake2s256, hmacBlake2s256, keyedBlake2s128 } from "./blake2s.ts";
import { jwkImport, type KeyImporter, publicHalf, PublicKeys } from "./key-import.ts";

const ALGORITHM = "chacha20-poly1305";
const TAG_OPTIONS = { authTagLength: AEAD_TAG_BYTES };

export const nativeCrypto = createNativeCrypto(jwkImport);

/** @param importer what each raw key goes through, an X25519 secret once */
export function createNativeCrypto(importer: KeyImporter): CryptoPrimitives {
  const publicKeys = new PublicKeys(importer);
  return {
    name: "native",
    sha256: (message) => plain(hash("sha256", message, "buffer")),
    blake2s: blake2s256,
    keyedBlake2s128,
    hmacBlake2s: hmacBlake2s256,
    x25519Key: (secret) => {
      const key = importer.secretKey("X25519", secret);
      return new NativeX25519Key(key, publicHalf(key), publicKeys);
    },
    ed25519PublicKey: (seed) => publicHalf(importer.secretKey("Ed25519", seed)),
    ed25519Sign: (seed, message) => plain(sign(null, message, importer.secretKey("Ed25519", seed))),
    ed25519Verify: (publicKey, message, signature) => {
      if (signature.length !== 64 || !isAcceptableEd25519Key(publicKey)) return false;
      try {
        return verify(null, message, publicKeys.get("Ed25519", publicKey), signature);
      } catch {
        return false;
      }
    },
    chacha20Poly1305: (key) => new NativeAead(key),
  };
}

/** Core must never see a Buffer: its `slice` makes a view where `Uint8Array` makes a copy. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

class NativeX25519Key implements X25519Key {
  readonly publicKey: Uint8Array;
  readonly #publicKeys: PublicKeys;
  #key: KeyObject | undefined;

  constructor(key: KeyObject, publicKey: Uint8Array, publicKeys: PublicKeys) {
    this.#key = key;
    this.publicKey = publicKey;
    this.#publicKeys = publicKeys;
  }

  agree(publicKey: Uint8Array): Uint8Array {
    const privateKey = this.#liveKey();
    return plain(diffieHellman({ privateKey, publicKey: this.#publicKeys.get("X25519", publicKey) }));
  }

  clone(): X25519Key {
    return new NativeX25519Key(this.#liveKey(), this.publicKey, this.#publicKeys);
  }

  wipe(): void {
    // OpenSSL clears the memory when the last object that holds the key is collected: no earlier way exists.
    this.#key = undefined;
  }

  #liveKey(): KeyObject {
    if (this.#key === undefined) throw new WipedKeyError();
    return this.#key;
  }
}

class NativeAead implements Aead {
  /** Bytes, no KeyObject: as fast to use, and a handshake needs most keys once. */
  #key: Uint8Array | undefined;

  constructor(key: Uint8Array) {
    if (key.length !== 32) throw new RangeError(`a ChaCha20-Poly1305 key has 32 bytes, not ${key.length}`);
    this.#key = key.slice();
  }

  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES);
    this.sealInto(sealed, nonce, associatedData, plaintext);
    return sealed;
  }

  sealInto(sealed: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    const cipher = createCipheriv(ALGORITHM, this.#liveKey(), nonce, TAG_OPTIONS);
    cipher.setAAD(associatedData, { plaintextLength: plaintext.length });
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
  }

  open(nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const textBytes = ciphertext.length - AEAD_TAG_BYTES;
    this.#liveKey();
    if (textBytes < 0) return undefined;
    return this.openInPlace(nonce, associatedData, ciphertext.subarray(0, textBytes), ciphertext.subarray(textBytes));
  }

  /** Not in place: OpenSSL writes into memory of Node's. */
  openInPlace(
    nonce: Uint8Array,
    associatedData: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): Uint8Array | undefined {
    const decipher = createDecipheriv(ALGORITHM, this.#liveKey(), nonce, TAG_OPTIONS);
    decipher.setAAD(associatedData, { plaintextLength: text.length });
    decipher.setAuthTag(tag);
    try {
      const plaintext = decipher.update(text);
      decipher.final();
      return plain(plaintext);
    } catch {
      return undefined;
    }
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
