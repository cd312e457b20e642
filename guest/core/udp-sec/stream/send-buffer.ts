/**
 * Bytes of one stream from an offset on, in chunks: appended at the end, copied out anywhere, freed at the front. Each byte is
 * copied once in and once out.
 */
import { BlockPool, POOLED_BLOCK_BYTES } from "../../bytes/block-pool.ts";
import type { ByteWriter } from "../../bytes/writer.ts";

/** Of a chunk that nothing waits before: a keepalive on an idle connection is no reason to make room for a transfer. */
const FIRST_CHUNK_BYTES = 64;
const MIN_CHUNK_BYTES = 2 * 1024;

interface Chunk {
  /** Stream offset of its first byte. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  usedBytes: number;
}

export class SendBuffer {
  readonly #pool: BlockPool;
  #chunks: Chunk[] = [];
  #start = 0;
  #end = 0;

  /** @param pool of the endpoint: where chunks come from and go to */
  constructor(pool = new BlockPool()) {
    this.#pool = pool;
  }

  /** Offset of the first byte still held. */
  get start(): number {
    return this.#start;
  }

  /** Offset behind the last byte. */
  get end(): number {
    return this.#end;
  }

  /** Memory, unused ends of chunks included. */
  get heldBytes(): number {
    let held = 0;
    for (const chunk of this.#chunks) held += chunk.bytes.length;
    return held;
  }

  append(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const chunk = this.#writableChunk(bytes.length - at);
      const part = bytes.subarray(at, at + chunk.bytes.length - chunk.usedBytes);
      chunk.bytes.set(part, chunk.usedBytes);
      chunk.usedBytes += part.length;
      this.#end += part.length;
      at += part.length;
    }
  }

  /** @param offset .. `offset + length` must be held */
  copy(offset: number, length: number, writer: ByteWriter): void {
    let at = offset;
    const end = offset + length;
    for (let index = this.#indexOf(offset); at < end; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) return;
      const part = chunk.bytes.subarray(at - chunk.offset, Math.min(end - chunk.offset, chunk.usedBytes));
      writer.bytes(part);
      at += part.length;
    }
  }

  /** Frees everything below `offset`. */
  freeBelow(offset: number): void {
    this.#start = Math.max(this.#start, Math.min(offset, this.#end));
    let freed = 0;
    for (const chunk of this.#chunks) {
      if (chunk.offset + chunk.usedBytes > this.#start) break;
      freed += 1;
      this.#pool.giveBack(chunk.bytes);
    }
    if (freed > 0) this.#chunks.splice(0, freed);
  }

  #writableChunk(wantedBytes: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.usedBytes < last.bytes.length) return last;
    const isSmall = last === undefined && wantedBytes <= FIRST_CHUNK_BYTES;
    const largeBytes = Math.min(Math.max(wantedBytes, this.#end - this.#start, MIN_CHUNK_BYTES), POOLED_BLOCK_BYTES);
    const bytes = this.#pool.take(isSmall ? FIRST_CHUNK_BYTES : largeBytes);
    const chunk: Chunk = { offset: this.#end, bytes, usedBytes: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle];
      if (chunk !== undefined && chunk.offset + chunk.usedBytes <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
