/** The receiver's memory of packet numbers, in two views: whether a number has come before, and what acknowledgements say. */
import { RangeSet } from "../../bytes/range-set.ts";
import { BITMAP_BITS, type PacketNumberRange } from "../packet/packet-content.ts";
import { MAX_ACK_RANGES } from "../packet/packet-sizes.ts";

const WORDS = 256;
const RING_BITS = WORDS * 32;
/** One word is always being refilled, so a ring of n bits answers for n - 32 numbers. */
export const DUPLICATE_WINDOW = RING_BITS - 32;

export type Freshness = "new" | "duplicate" | "too-old";

/**
 * Has this number come before? A sliding bitmap of 8,192 numbers below the largest (the protocol asks for 4,096 at least). The ring
 * of words is that of RFC 6479: moving on clears whole words, and no bit is ever shifted.
 */
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

/**
 * What the packets that leave say was received: `ack` and the bitmap of every header (dsoftbus-transport.md#41-header), and the
 * ranges of an ACK (dsoftbus-transport.md#42-bodies).
 */
export class AckTracker {
  #largest = 0;
  #largestReceivedMs = 0;
  #bits = 0;
  /** Received and not retired, those in the bitmap included. */
  readonly #unretired = new RangeSet();
  /** At or below it nothing is listed again: it was forgotten. */
  #forgottenUpTo = 0;

  get largest(): number {
    return this.#largest;
  }

  get bits(): number {
    return this.#bits >>> 0;
  }

  get unretiredRanges(): number {
    return this.#unretired.count;
  }

  /** @returns microseconds since the largest number arrived, as `ack_delay_us` */
  ackDelayUs(nowMs: number): number {
    return this.#largest === 0
      ? 0
      : Math.min(0xffff_ffff, Math.max(0, Math.round(1000 * (nowMs - this.#largestReceivedMs))));
  }

  /**
   * A packet number is below the largest, or leaves a new gap (dsoftbus-transport.md#5-acknowledgement-and-recovery,
   * acknowledged at once).
   */
  isOutOfOrder(packetNumber: number): boolean {
    return packetNumber !== this.#largest + 1;
  }

  /** @param packetNumber authenticated and not received before */
  onReceived(packetNumber: number, nowMs: number): void {
    const ahead = packetNumber - this.#largest;
    if (ahead > 0) {
      const shifted = ahead < BITMAP_BITS ? this.#bits << ahead : 0;
      const previous = this.#largest > 0 && ahead <= BITMAP_BITS ? 1 << (ahead - 1) : 0;
      this.#bits = shifted | previous;
      this.#largest = packetNumber;
      this.#largestReceivedMs = nowMs;
    } else if (-ahead <= BITMAP_BITS) {
      this.#bits |= 1 << (-ahead - 1);
    }
    if (packetNumber > this.#forgottenUpTo) this.#unretired.add(packetNumber, packetNumber + 1);
    if (this.#unretired.count > MAX_ACK_RANGES) this.#forget();
  }

  /** @returns received packet numbers below the bitmap, descending, at most 32 ranges */
  ranges(): PacketNumberRange[] {
    const ceiling = this.#largest - BITMAP_BITS - 1;
    const ranges: PacketNumberRange[] = [];
    for (let index = this.#unretired.count - 1; index >= 0; index -= 1) {
      const range = this.#unretired.at(index);
      if (range === undefined || range.start > ceiling) continue;
      ranges.push({ first: range.start, last: Math.min(range.end - 1, ceiling) });
    }
    return ranges;
  }

  /** The peer acknowledged a packet that reported these: it knows, and they need not be listed again. */
  retire(reported: readonly PacketNumberRange[]): void {
    for (const { first, last } of reported) this.#unretired.remove(first, last + 1);
    // What was reported may lie in the middle of a range: taking it out leaves two.
    if (this.#unretired.count > MAX_ACK_RANGES) this.#forget();
  }

  /** What the 33rd range below the bitmap held is forgotten. */
  #forget(): void {
    const ceiling = this.#largest - BITMAP_BITS - 1;
    let below = 0;
    while ((this.#unretired.at(below)?.start ?? Number.POSITIVE_INFINITY) <= ceiling) below += 1;
    for (; below > MAX_ACK_RANGES; below -= 1) {
      const lowest = this.#unretired.first;
      if (lowest === undefined) return;
      this.#forgottenUpTo = lowest.end - 1;
      this.#unretired.remove(lowest.start, lowest.end);
    }
  }
}
