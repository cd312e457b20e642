/**
 * Which packet numbers were received: a sliding bitmap of 8,192 numbers below the largest (the protocol asks for 4,096 at
 * least). The ring of words is that of RFC 6479: moving on clears whole words, and no bit is ever shifted.
 */
const WORDS = 256;
const RING_BITS = WORDS * 32;
/** One word is always being refilled, so a ring of n bits answers for n - 32 numbers. */
export const DUPLICATE_WINDOW = RING_BITS - 32;

export type Freshness = "new" | "duplicate" | "too-old";

export class DuplicateFilter {
  readonly #words = new Uint32Array(WORDS);
  #largest = 0;

  get heldBytes(): number {
    return this.#words.byteLength;
  }

  check(packetNumber: number): Freshness {
    if (packetNumber > this.#largest) return "new";
    if (packetNumber + DUPLICATE_WINDOW <= this.#largest) return "too-old";
    const word = this.#words[wordIndex(packetNumber)] ?? 0;
    return ((word >>> (packetNumber & 31)) & 1) === 1 ? "duplicate" : "new";
  }

  /** Marks a number that `check` called new. */
  mark(packetNumber: number): void {
    if (packetNumber > this.#largest) {
      const steps = Math.min(WORDS, Math.floor(packetNumber / 32) - Math.floor(this.#largest / 32));
      for (let step = 0; step < steps; step += 1) this.#words[wordIndex(packetNumber - 32 * step)] = 0;
      this.#largest = packetNumber;
    }
    const index = wordIndex(packetNumber);
    this.#words[index] = (this.#words[index] ?? 0) | (1 << (packetNumber & 31));
  }
}

function wordIndex(packetNumber: number): number {
  return (packetNumber >>> 5) % WORDS;
}
