/** `SymmetricState` of the Noise specification, revision 34, 5.2, with BLAKE2s. */
import { concatBytes } from "../bytes/concat.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";
import type { CryptoPrimitives } from "../crypto/primitives.ts";
import { CipherState } from "./cipher-state.ts";

const HASH_BYTES = 32;
const NOTHING = new Uint8Array(0);

export class SymmetricState {
  readonly #crypto: CryptoPrimitives;
  readonly #cipher: CipherState;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;

  private constructor(crypto: CryptoPrimitives, cipher: CipherState, chainingKey: Uint8Array, hash: Uint8Array) {
    this.#crypto = crypto;
    this.#cipher = cipher;
    this.#chainingKey = chainingKey;
    this.#hash = hash;
  }

  /** `InitializeSymmetric(protocol_name)`: a name of up to 32 bytes is padded, a longer one hashed. */
  static initialize(crypto: CryptoPrimitives, protocolName: string): SymmetricState {
    const name = encodeUtf8(protocolName);
    let hash: Uint8Array;
    if (name.length <= HASH_BYTES) {
      hash = new Uint8Array(HASH_BYTES);
      hash.set(name);
    } else {
      hash = crypto.blake2s(name);
    }
    return new SymmetricState(crypto, new CipherState(crypto), hash.slice(), hash);
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, temporaryKey] = hkdf(this.#crypto, this.#chainingKey, inputKeyMaterial);
    this.#chainingKey.fill(0);
    this.#chainingKey = chainingKey;
    this.#cipher.initializeKey(temporaryKey);
    temporaryKey.fill(0);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#crypto.blake2s(concatBytes(this.#hash, data));
  }

  /** @returns `h`, a copy */
  getHandshakeHash(): Uint8Array {
    return this.#hash.slice();
  }

  get hasKey(): boolean {
    return this.#cipher.hasKey;
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher.encryptWithAd(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws NoiseError if it does not authenticate */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher.decryptWithAd(this.#hash, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** @returns the two transport keys: first what the initiator seals with, then what the responder does */
  split(): [Uint8Array, Uint8Array] {
    return hkdf(this.#crypto, this.#chainingKey, NOTHING);
  }

  clone(): SymmetricState {
    return new SymmetricState(this.#crypto, this.#cipher.clone(), this.#chainingKey.slice(), this.#hash.slice());
  }

  wipe(): void {
    this.#cipher.wipe();
    this.#chainingKey.fill(0);
  }
}

/** `HKDF(chaining_key, input_key_material, 2)` (Noise 4.3). */
function hkdf(crypto: CryptoPrimitives, chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const temporaryKey = crypto.hmacBlake2s(chainingKey, input);
  const first = crypto.hmacBlake2s(temporaryKey, Uint8Array.of(1));
  const second = crypto.hmacBlake2s(temporaryKey, concatBytes(first, Uint8Array.of(2)));
  temporaryKey.fill(0);
  return [first, second];
}
