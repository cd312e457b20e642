/**
 * One direction of a TCP connection in virtual time: reliable, in order, bounded. A lost segment holds what is behind it and is
 * sent again after a timeout that doubles; a pipe without progress for too long breaks.
 */
import type { EventQueue, ScheduledEvent } from "../scheduler/event-queue.ts";

export const SEGMENT_BYTES = 16 * 1024;
/** Written and not yet read, across both hosts' buffers. */
export const PIPE_BYTES = 256 * 1024;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;
const BREAKS_AFTER_MS = 30_000;

export type Segment = { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "end" };

export interface PipeEnds {
  /** Milliseconds that a segment takes now, or undefined if it is lost. Asked again for the same one until it isn't. */
  delayMs(segment: Segment): number | undefined;
  /** At the receiving host, in order. */
  onSegment(segment: Segment): void;
  /** There is room again after a `write` that returned false. */
  onDrain(): void;
  /** No progress for too long. */
  onBroken(): void;
}

export class VirtualPipe {
  readonly #queue: EventQueue;
  readonly #ends: PipeEnds;
  readonly #waiting: Segment[] = [];
  /** Written, not yet taken by the reader. */
  #heldBytes = 0;
  #lastArrivalMs = 0;
  #retryMs = FIRST_RETRY_MS;
  #retry: ScheduledEvent | undefined;
  #stalledSinceMs: number | undefined;
  #wantsDrain = false;
  #isCut = false;

  constructor(queue: EventQueue, ends: PipeEnds) {
    this.#queue = queue;
    this.#ends = ends;
  }

  /** @returns false when the buffers are full */
  write(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
      this.#waiting.push({ kind: "bytes", bytes: bytes.slice(at, at + SEGMENT_BYTES) });
    }
    this.#heldBytes += bytes.length;
    this.#pump();
    this.#wantsDrain = this.#heldBytes >= PIPE_BYTES;
    return !this.#wantsDrain;
  }

  end(): void {
    this.#waiting.push({ kind: "end" });
    this.#pump();
  }

  /** The reader took this many bytes. */
  taken(bytes: number): void {
    this.#heldBytes -= bytes;
    if (!this.#wantsDrain || this.#heldBytes > PIPE_BYTES / 2) return;
    this.#wantsDrain = false;
    this.#queue.schedule(this.#queue.nowMs, () => {
      if (!this.#isCut) this.#ends.onDrain();
    });
  }

  /** Nothing more is sent or delivered. */
  cut(): void {
    this.#isCut = true;
    this.#waiting.length = 0;
    this.#retry?.cancel();
  }

  #pump(): void {
    if (this.#retry !== undefined || this.#isCut) return;
    for (let segment = this.#waiting[0]; segment !== undefined; segment = this.#waiting[0]) {
      const delayMs = this.#ends.delayMs(segment);
      if (delayMs === undefined) return this.#stall();
      this.#stalledSinceMs = undefined;
      this.#retryMs = FIRST_RETRY_MS;
      this.#waiting.shift();
      this.#deliver(segment, delayMs);
    }
  }

  #deliver(segment: Segment, delayMs: number): void {
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#queue.nowMs + delayMs);
    this.#queue.schedule(this.#lastArrivalMs, () => {
      if (!this.#isCut) this.#ends.onSegment(segment);
    });
  }

  #stall(): void {
    this.#stalledSinceMs ??= this.#queue.nowMs;
    if (this.#queue.nowMs - this.#stalledSinceMs >= BREAKS_AFTER_MS) return this.#ends.onBroken();
    this.#retry = this.#queue.schedule(this.#queue.nowMs + this.#retryMs, () => {
      this.#retry = undefined;
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
      this.#pump();
    });
  }
}
