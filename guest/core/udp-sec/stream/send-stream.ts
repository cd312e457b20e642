/**
 * The sending direction of the stream: what was written, what left, what must leave again, what the peer allows
 * (dsoftbus-transport.md#6-stream-and-flow-control). Retransmission is of ranges: lost bytes are cut anew.
 */
import type { EndpointBudget } from "../../endpoint-budget.ts";
import { RangeSet } from "../../bytes/range-set.ts";
import type { ByteWriter } from "../../bytes/writer.ts";
import { SendBuffer } from "./send-buffer.ts";

/** An honest peer keeps no more out-of-order segments; what goes beyond is merely sent twice. */
const MAX_ACKED_RANGES = 1_024;
const MAX_LOST_RANGES = 4_096;

/** A stretch of the stream for one DATA packet. */
export interface StreamSegment {
  readonly offset: number;
  readonly length: number;
  readonly isFin: boolean;
}

/** `open`: the writer may go on. `pending`: FIN must leave. `sent`: it is in flight. */
export type FinState = "open" | "pending" | "sent" | "acknowledged";

export class SendStream {
  readonly #limitBytes: number;
  readonly #budget: EndpointBudget;
  readonly #queue: SendBuffer;
  /** Above `delivered`, received by the peer out of order. */
  readonly #acked = new RangeSet();
  readonly #lost = new RangeSet();
  #creditEnd: number;
  #nextOffset = 0;
  #finState: FinState = "open";
  #retransmittedBytes = 0;

  /** @param creditBytes the peer's initial window */
  constructor(limitBytes: number, budget: EndpointBudget, creditBytes: number) {
    this.#limitBytes = limitBytes;
    this.#budget = budget;
    this.#queue = new SendBuffer(budget.blocks);
    this.#creditEnd = creditBytes;
  }

  /** Delivered to the peer's stream, as it said. */
  get delivered(): number {
    return this.#queue.start;
  }

  get highestSent(): number {
    return this.#nextOffset;
  }

  get written(): number {
    return this.#queue.end;
  }

  get bufferedBytes(): number {
    return this.#queue.end - this.#queue.start;
  }

  get unsentBytes(): number {
    return this.#queue.end - this.#nextOffset;
  }

  get writableBytes(): number {
    if (this.#finState !== "open") return 0;
    return Math.max(0, Math.min(this.#limitBytes - this.bufferedBytes, this.#budget.sendFreeBytes));
  }

  get finState(): FinState {
    return this.#finState;
  }

  /** The largest `delivered + window` the peer has told. */
  get creditEnd(): number {
    return this.#creditEnd;
  }

  /** Bytes that credit lets leave now, or leave again. */
  get sendableBytes(): number {
    let bytes = Math.max(0, Math.min(this.#queue.end, this.#creditEnd) - this.#nextOffset);
    for (const { start, end } of this.#lost.values()) bytes += end - start;
    return bytes;
  }

  get retransmittedBytes(): number {
    return this.#retransmittedBytes;
  }

  get heldBytes(): number {
    return this.#queue.heldBytes;
  }

  get heldRanges(): number {
    return this.#acked.count + this.#lost.count;
  }

  /** Bytes left that the peer has not said to have. */
  get hasUnacknowledged(): boolean {
    return this.#nextOffset > this.#queue.start;
  }

  /** Bytes wait that only more credit can release. */
  get isBlockedByCredit(): boolean {
    return this.#queue.end > this.#nextOffset && this.#creditEnd <= this.#nextOffset;
  }

  /** Everything written was delivered, and the peer was told or is being told that it is all. */
  get isFinished(): boolean {
    return this.#finState !== "open" && this.#queue.start === this.#queue.end;
  }

  /** @returns how many bytes were taken */
  write(bytes: Uint8Array): number {
    const granted = this.#budget.takeSend(Math.min(bytes.length, this.writableBytes));
    this.#queue.append(granted === bytes.length ? bytes : bytes.subarray(0, granted));
    return granted;
  }

  finish(): void {
    if (this.#finState === "open") this.#finState = "pending";
  }

  /** What should leave next: lost bytes, then new ones, then FIN. @returns undefined if nothing may */
  next(maxBytes: number): StreamSegment | undefined {
    const lost = this.#lost.first;
    if (lost !== undefined) return this.#segment(lost.start, Math.min(lost.end - lost.start, maxBytes));
    return this.nextUnsent(maxBytes);
  }

  /** Bytes that have never left, or FIN. */
  nextUnsent(maxBytes: number): StreamSegment | undefined {
    const freshBytes = Math.min(this.#queue.end, this.#creditEnd) - this.#nextOffset;
    if (freshBytes > 0) return this.#segment(this.#nextOffset, Math.min(freshBytes, maxBytes));
    if (this.#finState === "pending" && this.unsentBytes === 0) return this.#segment(this.#nextOffset, 0);
    return undefined;
  }

  /**
   * The part of a segment in flight that a probe may repeat.
   *
   * @returns undefined if the peer has all of it
   */
  repeat(offset: number, length: number, isFin: boolean, maxBytes: number): StreamSegment | undefined {
    const start = Math.max(offset, this.delivered);
    const gap = this.#acked.gaps(start, offset + length)[0];
    if (gap !== undefined && gap.end > gap.start)
      return this.#segment(gap.start, Math.min(gap.end - gap.start, maxBytes));
    return isFin && this.#finState !== "acknowledged" ? this.#segment(this.#queue.end, 0) : undefined;
  }

  copy(segment: StreamSegment, writer: ByteWriter): void {
    this.#queue.copy(segment.offset, segment.length, writer);
  }

  onSent(segment: StreamSegment): void {
    const end = segment.offset + segment.length;
    if (segment.offset < this.#nextOffset) {
      this.#retransmittedBytes += segment.length;
      this.#lost.remove(segment.offset, end);
    }
    this.#nextOffset = Math.max(this.#nextOffset, end);
    if (segment.isFin) this.#finState = "sent";
  }

  onAcknowledged(segment: StreamSegment): void {
    const start = Math.max(segment.offset, this.delivered);
    const end = segment.offset + segment.length;
    if (this.#acked.count < MAX_ACKED_RANGES) this.#acked.add(start, end);
    this.#lost.remove(start, end);
    if (segment.isFin) this.#finState = "acknowledged";
  }

  onLost(segment: StreamSegment): void {
    const start = Math.max(segment.offset, this.delivered);
    for (const gap of this.#acked.gaps(start, segment.offset + segment.length)) {
      // Too many small holes: mend them as one.
      const first = this.#lost.count < MAX_LOST_RANGES ? undefined : this.#lost.first;
      this.#lost.add(Math.min(gap.start, first?.start ?? gap.start), Math.max(gap.end, first?.start ?? gap.end));
    }
    if (segment.isFin && this.#finState === "sent") this.#finState = "pending";
  }

  /** @param delivered at most `highestSent` @returns true if bytes were freed */
  onDelivered(delivered: number): boolean {
    const freedBytes = delivered - this.delivered;
    if (freedBytes <= 0) return false;
    this.#queue.freeBelow(delivered);
    this.#acked.remove(0, delivered);
    this.#lost.remove(0, delivered);
    this.#budget.releaseSend(freedBytes);
    return true;
  }

  /**
   * The peer closed without error and had everything: that acknowledges FIN as well
   * (dsoftbus-transport.md#6-stream-and-flow-control).
   */
  onCleanClose(): void {
    if (this.#finState === "sent" && this.isFinished) this.#finState = "acknowledged";
  }

  /** @returns true if the credit grew; it never shrinks */
  onCredit(creditEnd: number): boolean {
    if (creditEnd <= this.#creditEnd) return false;
    this.#creditEnd = creditEnd;
    return true;
  }

  /** The end: what is buffered goes back to the endpoint. */
  release(): void {
    this.#budget.releaseSend(this.bufferedBytes);
  }

  /** FIN rides on whatever reaches the end, so that a repeated tail repeats it. */
  #segment(offset: number, length: number): StreamSegment {
    const isFin = this.#finState !== "open" && this.#finState !== "acknowledged" && offset + length === this.#queue.end;
    return { offset, length, isFin };
  }
}
