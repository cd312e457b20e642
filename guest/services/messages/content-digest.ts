/**
 * A digest of content of any length in constant memory, with only a one-shot SHA-256 at hand: d0 = 32 zero bytes,
 * d(n+1) = SHA-256(d(n) || chunk n), chunks of 32 KiB, the last one shorter. Equal digests mean equal content, as with SHA-256
 * of the whole: the chain is injective in the chunks.
 */
import type { CryptoPrimitives } from "../../core/index.ts";

export const DIGEST_BYTES = 32;
const CHUNK_BYTES = 32 * 1024;

export class ContentDigest {
  readonly #crypto: CryptoPrimitives;
  /** The state so far, then the chunk that fills. */
  readonly #block = new Uint8Array(DIGEST_BYTES + CHUNK_BYTES);
  #filled = DIGEST_BYTES;
  #lengthBytes = 0;

  constructor(crypto: CryptoPrimitives) {
    this.#crypto = crypto;
  }

  /** How much content went in. */
  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  update(bytes: Uint8Array): void {
    this.#lengthBytes += bytes.length;
    let taken = 0;
    while (taken < bytes.length) {
      const part = bytes.subarray(taken, taken + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === this.#block.length) this.#absorb();
    }
  }

  /** @returns 32 bytes; nothing may be added afterwards */
  finish(): Uint8Array {
    if (this.#filled > DIGEST_BYTES) this.#absorb();
    return this.#block.slice(0, DIGEST_BYTES);
  }

  #absorb(): void {
    this.#block.set(this.#crypto.sha256(this.#block.subarray(0, this.#filled)));
    this.#filled = DIGEST_BYTES;
  }
}
