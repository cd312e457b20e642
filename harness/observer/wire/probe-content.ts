/** The content of test transfers and its digest, from services.md#test-content and services.md#content-digest alone. */
import { createHash } from "node:crypto";

const BLOCK_BYTES = 4_096;
const WORDS = BLOCK_BYTES / 4;
const STEP_BYTES = 61;
const NUMBER_AT = 28;
const CANARY_TEXT = Buffer.from("udpsec-canary-7f3a9c51", "ascii");
const DIGEST_CHUNK_BYTES = 32_768;
export const SHA256_BYTES = 32;

/** The content that a seed names, any part of it. */
export class ProbeContent {
  readonly #base: Buffer;
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  #number = -1;

  /** @param seed a u32 */
  constructor(seed: number) {
    this.#base = Buffer.alloc(BLOCK_BYTES);
    for (let index = 0; index < WORDS; index += 1) this.#base.writeUInt32LE(mixed(seed, index), 4 * index);
  }

  /** @returns whether `bytes` are what stands at `offset` */
  matches(offset: number, bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      const within = (offset + at) % BLOCK_BYTES;
      const size = Math.min(BLOCK_BYTES - within, bytes.length - at);
      const block = this.#blockOf(Math.floor((offset + at) / BLOCK_BYTES));
      if (block.compare(bytes, at, at + size, within, within + size) !== 0) return false;
      at += size;
    }
    return true;
  }

  /** @returns `length` bytes from `offset` on */
  part(offset: number, length: number): Uint8Array {
    const part = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const within = (offset + at) % BLOCK_BYTES;
      const size = Math.min(BLOCK_BYTES - within, length - at);
      part.set(this.#blockOf(Math.floor((offset + at) / BLOCK_BYTES)).subarray(within, within + size), at);
      at += size;
    }
    return part;
  }

  #blockOf(number: number): Buffer {
    if (number === this.#number) return this.#block;
    const turn = (STEP_BYTES * number) % BLOCK_BYTES;
    this.#base.copy(this.#block, 0, turn);
    this.#base.copy(this.#block, BLOCK_BYTES - turn, 0, turn);
    CANARY_TEXT.copy(this.#block);
    this.#block.writeUInt32LE(number >>> 0, NUMBER_AT);
    this.#number = number;
    return this.#block;
  }
}

function mixed(seed: number, index: number): number {
  let word = Math.imul((index ^ seed) >>> 0, 0x9e3779b1) >>> 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b) >>> 0;
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35) >>> 0;
  return (word ^ (word >>> 16)) >>> 0;
}

/** Digest of content of any length, a chunk at a time. */
export class ProbeDigest {
  readonly #chunk = new Uint8Array(DIGEST_CHUNK_BYTES);
  #held = 0;
  #digest: Uint8Array = new Uint8Array(SHA256_BYTES);

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + DIGEST_CHUNK_BYTES - this.#held);
      this.#chunk.set(part, this.#held);
      this.#held += part.length;
      at += part.length;
      if (this.#held === DIGEST_CHUNK_BYTES) this.#fold();
    }
  }

  /** @returns the digest of all that was added; nothing may be added after */
  finish(): Uint8Array {
    if (this.#held > 0) this.#fold();
    return this.#digest;
  }

  #fold(): void {
    this.#digest = createHash("sha256").update(this.#digest).update(this.#chunk.subarray(0, this.#held)).digest();
    this.#held = 0;
  }
}

/** @returns the digest of content that is all there */
export function contentDigest(content: Uint8Array): Uint8Array {
  const digest = new ProbeDigest();
  digest.add(content);
  return digest.finish();
}
