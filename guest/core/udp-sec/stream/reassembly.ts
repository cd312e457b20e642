/**
 * Bytes that arrived ahead of their turn (dsoftbus-transport.md#6-stream-and-flow-control,
 * dsoftbus-transport.md#9-bounds-and-codes): segments in order of offset, none overlapping, at most 1,024.
 */
interface OutOfOrderSegment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type Insertion = "taken" | "full";

export class Reassembly {
  readonly #limitSegments: number;
  #segments: OutOfOrderSegment[] = [];
  #heldBytes = 0;
  #delivered = 0;

  constructor(limitSegments: number) {
    this.#limitSegments = limitSegments;
  }

  /** Contiguous bytes so far. */
  get delivered(): number {
    return this.#delivered;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get segments(): number {
    return this.#segments.length;
  }

  /**
   * @param bytes kept as they are: the caller must not reuse them
   * @param deliver is given what became contiguous, in order
   * @returns `full` if there is no room for the segments this would make: nothing was taken. What starts with the next
   *   in-order byte is always taken.
   */
  insert(offset: number, bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): Insertion {
    const end = offset + bytes.length;
    if (end <= this.#delivered) return "taken";
    if (offset > this.#delivered) return this.#insertAhead(offset, bytes);
    deliver(offset === this.#delivered ? bytes : bytes.subarray(this.#delivered - offset));
    this.#delivered = end;
    if (this.#segments.length > 0) this.#deliverContiguous(deliver);
    return "taken";
  }

  /** What never became contiguous can't be read any more. */
  clear(): void {
    this.#segments = [];
    this.#heldBytes = 0;
  }

  #insertAhead(offset: number, bytes: Uint8Array): Insertion {
    const end = offset + bytes.length;
    const from = this.#firstEndingAfter(offset);
    const fresh: OutOfOrderSegment[] = [];
    const replaced: OutOfOrderSegment[] = [];
    let at = offset;
    let index = from;
    for (; at < end; index += 1) {
      const held = this.#segments[index];
      const gapEnd = held === undefined ? end : Math.min(held.offset, end);
      if (gapEnd > at) {
        const piece = { offset: at, bytes: bytes.subarray(at - offset, gapEnd - offset) };
        fresh.push(piece);
        replaced.push(piece);
      }
      if (held === undefined || held.offset >= end) break;
      replaced.push(held);
      at = held.offset + held.bytes.length;
    }
    if (this.#segments.length + fresh.length > this.#limitSegments) return "full";
    for (const piece of fresh) this.#heldBytes += piece.bytes.length;
    if (from === this.#segments.length) this.#segments.push(...replaced);
    else this.#segments.splice(from, index - from, ...replaced);
    return "taken";
  }

  #deliverContiguous(deliver: (bytes: Uint8Array) => void): void {
    let taken = 0;
    for (const segment of this.#segments) {
      if (segment.offset > this.#delivered) break;
      taken += 1;
      this.#heldBytes -= segment.bytes.length;
      const known = this.#delivered - segment.offset;
      if (known >= segment.bytes.length) continue;
      deliver(segment.bytes.subarray(known));
      this.#delivered = segment.offset + segment.bytes.length;
    }
    if (taken > 0) this.#segments.splice(0, taken);
  }

  /** @returns the index of the first segment that ends after `offset` */
  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.#segments[middle];
      if (segment !== undefined && segment.offset + segment.bytes.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
