/** Small appends share a block of this size; larger ones get a block of their own. */
const SMALL_BLOCK_BYTES = 1_024;

interface Block {
  readonly bytes: Uint8Array;
  end: number;
}

/**
 * Bytes first in, first out, copied on both ways.
 *
 * A queue of the received slices would be simpler, but a peer who sends single bytes would then make us hold an object, and
 * perhaps the whole datagram behind it, for each. Here what is held stays within twice of what waits, plus a block.
 */
export class ByteQueue {
  #blocks: Block[] = [];
  /** Consumed blocks at the front of `#blocks`, dropped together so that a read costs no shift. */
  #firstBlock = 0;
  /** Consumed bytes of the first block. */
  #start = 0;
  #length = 0;
  #heldBytes = 0;

  /** Bytes that wait to be read. */
  get length(): number {
    return this.#length;
  }

  /** Memory of the blocks: at least `length`. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  append(bytes: Uint8Array): void {
    let taken = 0;
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.end < last.bytes.length) {
      taken = Math.min(bytes.length, last.bytes.length - last.end);
      last.bytes.set(bytes.subarray(0, taken), last.end);
      last.end += taken;
    }
    const remaining = bytes.length - taken;
    if (remaining > 0) {
      const block = new Uint8Array(Math.max(remaining, SMALL_BLOCK_BYTES));
      block.set(bytes.subarray(taken));
      this.#blocks.push({ bytes: block, end: remaining });
      this.#heldBytes += block.length;
    }
    this.#length += bytes.length;
  }

  /** @returns up to `maxBytes` in a new array, or undefined if nothing waits or nothing is asked for */
  read(maxBytes: number): Uint8Array | undefined {
    const length = Math.min(maxBytes, this.#length);
    if (length <= 0) return undefined;
    const bytes = new Uint8Array(length);
    this.readInto(bytes);
    return bytes;
  }

  /** Fills the beginning of `target` with as much as waits. @returns how much that was */
  readInto(target: Uint8Array): number {
    const wanted = Math.min(target.length, this.#length);
    let copied = 0;
    while (copied < wanted) {
      const block = this.#blocks[this.#firstBlock];
      if (block === undefined) break;
      const count = Math.min(wanted - copied, block.end - this.#start);
      target.set(block.bytes.subarray(this.#start, this.#start + count), copied);
      copied += count;
      this.#start += count;
      if (this.#start === block.end) this.#dropFirstBlock(block);
    }
    this.#length -= copied;
    return copied;
  }

  clear(): void {
    this.#blocks = [];
    this.#firstBlock = 0;
    this.#start = 0;
    this.#length = 0;
    this.#heldBytes = 0;
  }

  #dropFirstBlock(block: Block): void {
    this.#heldBytes -= block.bytes.length;
    this.#start = 0;
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

/** Takes the place of a consumed block so that its memory can go. Full, hence never appended to. */
const EMPTY_BLOCK: Block = { bytes: new Uint8Array(0), end: 0 };
