/** `CipherState` of the Noise specification, revision 34, 5.1, with ChaChaPoly. */
import { writeU32 } from "../bytes/writer.ts";
import type { Aead, CryptoPrimitives } from "../crypto/primitives.ts";
import { NoiseError } from "./noise-error.ts";

export class CipherState {
  readonly #crypto: CryptoPrimitives;
  /** Raw, because a handshake state is copied before each message is tried. */
  #key: Uint8Array | undefined;
  #aead: Aead | undefined;
  #nonce = 0;

  constructor(crypto: CryptoPrimitives) {
    this.#crypto = crypto;
  }

  /** Copies the key. */
  initializeKey(key: Uint8Array): void {
    this.wipe();
    this.#key = key.slice();
    this.#nonce = 0;
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  get nonce(): number {
    return this.#nonce;
  }

  setNonce(nonce: number): void {
    this.#nonce = nonce;
  }

  /** Without a key the plaintext goes through unchanged (5.1). */
  encryptWithAd(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const aead = this.#liveAead();
    if (aead === undefined) return plaintext.slice();
    const sealed = aead.seal(this.#encodedNonce(), associatedData, plaintext);
    this.#nonce += 1;
    return sealed;
  }

  /**
   * The same into an array of the caller's, without one more copy.
   *
   * @param sealed as long as `plaintext` and its tag
   * @throws NoiseError `NOISE_WIPED` without a key
   */
  encryptInto(sealed: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    const aead = this.#liveAead();
    if (aead === undefined) throw new NoiseError("NOISE_WIPED", "there is no key to seal with");
    aead.sealInto(sealed, this.#encodedNonce(), associatedData, plaintext);
    this.#nonce += 1;
  }

  /** @throws NoiseError `NOISE_DECRYPT_FAILED`; the nonce is then not used up (5.1) */
  decryptWithAd(associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const aead = this.#liveAead();
    if (aead === undefined) return ciphertext.slice();
    const plaintext = aead.open(this.#encodedNonce(), associatedData, ciphertext);
    if (plaintext === undefined) throw new NoiseError("NOISE_DECRYPT_FAILED", "the message does not authenticate");
    this.#nonce += 1;
    return plaintext;
  }

  clone(): CipherState {
    const copy = new CipherState(this.#crypto);
    copy.#key = this.#key?.slice();
    copy.#nonce = this.#nonce;
    return copy;
  }

  wipe(): void {
    this.#key?.fill(0);
    this.#aead?.wipe();
    this.#key = undefined;
    this.#aead = undefined;
  }

  #liveAead(): Aead | undefined {
    if (this.#key !== undefined) this.#aead ??= this.#crypto.chacha20Poly1305(this.#key);
    return this.#aead;
  }

  /** 32 zero bits, then the nonce as a little-endian u64 (Noise 12.3). Numbers end long before 2^64 - 1 does. */
  #encodedNonce(): Uint8Array {
    if (!Number.isSafeInteger(this.#nonce)) throw new NoiseError("NOISE_NONCE_EXHAUSTED", "no nonce is left");
    const encoded = new Uint8Array(12);
    writeU32(encoded, 4, this.#nonce % 0x1_0000_0000);
    writeU32(encoded, 8, Math.floor(this.#nonce / 0x1_0000_0000));
    return encoded;
  }
}
