/**
 * A few blocks that are used again and again: a fresh array of this size costs as much to clear and to collect as it does to fill.
 * What is in a block that was taken is anybody's earlier bytes.
 */

/** A whole frame of the mux, or a record of the TCP fallback, and what goes in front of it. */
export const POOLED_BLOCK_BYTES = 33 * 1024 + 64;
/**
 * Kept for later. A stream at full speed has two under way, and its connection three; a batch of acknowledgements of as many connections frees
 * so many at once, before any of them writes again.
 */
const MOST_FREE_BLOCKS = 32;

export class BlockPool {
  readonly #free: Uint8Array[] = [];

  /** Memory that nobody uses: at most 32 blocks. */
  get freeBytes(): number {
    return this.#free.length * POOLED_BLOCK_BYTES;
  }

  /** @param leastBytes how long it must be @returns a block of the pool if it is at most a third longer, else an array of this length */
  take(leastBytes: number): Uint8Array {
    if (leastBytes > POOLED_BLOCK_BYTES || 4 * leastBytes < 3 * POOLED_BLOCK_BYTES) return new Uint8Array(leastBytes);
    return this.#free.pop() ?? new Uint8Array(POOLED_BLOCK_BYTES);
  }

  /** @param block of `take`, whatever its length; nobody uses it any more */
  giveBack(block: Uint8Array): void {
    if (block.length === POOLED_BLOCK_BYTES && this.#free.length < MOST_FREE_BLOCKS) this.#free.push(block);
  }
}
