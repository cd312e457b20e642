import { BlockPool } from "./block-pool.ts";

/** Small appends share blocks: the first is of this size, the next as large as what waits, up to `MOST_SHARED_BYTES`. */
const SMALL_BLOCK_BYTES = 1_024;
const MOST_SHARED_BYTES = 32 * 1024;

interface Block {
  readonly bytes: Uint8Array;
  /** Where it is full. */
  readonly limit: number;
  start: number;
  end: number;
}

export interface ByteQueueOptions {
  /** Kept free in front of whatever is taken. Default 0. */
  readonly headBytes?: number;
  /** A longer append is cut into blocks of this size: what is asked for at a time, for most of it then lies in one. Default 32 KiB. */
  readonly largestBlockBytes?: number;
  /** Where blocks come from and go to. Default: one of its own. */
  readonly pool?: BlockPool | undefined;
}

/**
 * Bytes first in, first out, copied on the way in.
 *
 * A queue of the received slices would be simpler, but a peer who sends single bytes would then make us hold an object, and
 * perhaps the whole datagram behind it, for each. Here what is held stays within twice of what waits, plus a block at each end. (A block
 * of the pool counts whole, and a thirtieth of it is for heads that may be longer than ours.)
 *
 * Room is kept in front of what waits, so that a header can be put there and both go on as one array, without another copy.
 */
export class ByteQueue {
  readonly #headBytes: number;
  readonly #largestBlockBytes: number;
  readonly #pool: BlockPool;
  #blocks: Block[] = [];
  /** Consumed blocks at the front of `#blocks`, dropped together so that a read costs no shift. */
  #firstBlock = 0;
  #length = 0;
  #heldBytes = 0;

  constructor({ headBytes = 0, largestBlockBytes = 32 * 1024, pool = new BlockPool() }: ByteQueueOptions = {}) {
    this.#headBytes = headBytes;
    this.#largestBlockBytes = largestBlockBytes;
    this.#pool = pool;
  }

  /** Bytes that wait to be read. */
  get length(): number {
    return this.#length;
  }

  /** Memory of the blocks: at least `length`. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Of what waits, how much lies in one piece at the front: as much can be taken without a copy. */
  get firstPieceBytes(): number {
    const block = this.#blocks[this.#firstBlock];
    return block === undefined ? 0 : block.end - block.start;
  }

  append(bytes: Uint8Array): void {
    let at = 0;
    const last = this.#blocks.at(-1);
    const roomBytes = last === undefined ? 0 : last.limit - last.end;
    // What is large begins a block of its own: split, it could not be taken without a copy.
    if (last !== undefined && roomBytes > 0 && (bytes.length <= roomBytes || bytes.length < SMALL_BLOCK_BYTES)) {
      at = fill(last, bytes);
    }
    while (at < bytes.length) at += fill(this.#addBlock(bytes.length - at), at === 0 ? bytes : bytes.subarray(at));
    this.#length += bytes.length;
  }

  /** @returns up to `maxBytes` in a new array, or undefined if nothing waits or nothing is asked for */
  read(maxBytes: number): Uint8Array | undefined {
    const length = Math.min(maxBytes, this.#length);
    if (length <= 0) return undefined;
    const bytes = new Uint8Array(length);
    this.#readInto(bytes, 0);
    return bytes;
  }

  /**
   * Takes bytes, and the room in front of them.
   *
   * @param count 1 .. `length`
   * @param use is given the room, to be filled, then so many bytes; nothing of it is its own once it returns
   */
  takeWithHead<Result>(count: number, use: (whole: Uint8Array) => Result): Result {
    const block = this.#blocks[this.#firstBlock];
    if (block === undefined || block.end - block.start < count) {
      const whole = new Uint8Array(this.#headBytes + count);
      this.#readInto(whole, this.#headBytes);
      return use(whole);
    }
    const result = use(block.bytes.subarray(block.start - this.#headBytes, block.start + count));
    this.#consume(block, count);
    return result;
  }

  clear(): void {
    for (const { bytes } of this.#blocks) this.#pool.giveBack(bytes);
    this.#blocks = [];
    this.#firstBlock = 0;
    this.#length = 0;
    this.#heldBytes = 0;
  }

  #readInto(target: Uint8Array, from: number): void {
    for (let at = from; at < target.length;) {
      const block = this.#blocks[this.#firstBlock];
      if (block === undefined) return;
      const count = Math.min(target.length - at, block.end - block.start);
      target.set(block.bytes.subarray(block.start, block.start + count), at);
      at += count;
      this.#consume(block, count);
    }
  }

  #addBlock(neededBytes: number): Block {
    const sharedBytes = Math.min(Math.max(this.#length, SMALL_BLOCK_BYTES), MOST_SHARED_BYTES);
    const limit = this.#headBytes + Math.min(Math.max(neededBytes, sharedBytes), this.#largestBlockBytes);
    const bytes = this.#pool.take(limit);
    const block = { bytes, limit, start: this.#headBytes, end: this.#headBytes };
    this.#blocks.push(block);
    this.#heldBytes += bytes.length;
    return block;
  }

  #consume(block: Block, count: number): void {
    block.start += count;
    this.#length -= count;
    if (block.start < block.end) return;
    this.#heldBytes -= block.bytes.length;
    this.#pool.giveBack(block.bytes);
    this.#blocks[this.#firstBlock] = EMPTY_BLOCK;
    this.#firstBlock += 1;
    if (this.#firstBlock === this.#blocks.length) {
      this.#blocks = [];
      this.#firstBlock = 0;
    } else if (this.#firstBlock >= 64) {
      this.#blocks.splice(0, this.#firstBlock);
      this.#firstBlock = 0;
    }
  }
}

/** @returns how much went in */
function fill(block: Block, bytes: Uint8Array): number {
  const count = Math.min(bytes.length, block.limit - block.end);
  block.bytes.set(count === bytes.length ? bytes : bytes.subarray(0, count), block.end);
  block.end += count;
  return count;
}

/** Takes the place of a consumed block so that its memory can go. Full, hence never appended to. */
const EMPTY_BLOCK: Block = { bytes: new Uint8Array(0), limit: 0, start: 0, end: 0 };
