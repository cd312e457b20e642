import type { BlockPool } from "../bytes/block-pool.ts";
import { ByteQueue } from "../bytes/byte-queue.ts";
import { FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES, MAX_STREAM_CREDIT_BYTES } from "./constants.ts";

/** What this side sends on one stream: a bounded buffer, and the credit that the peer granted. */
export class SendHalf {
  readonly #queue: ByteQueue;
  readonly #limitBytes: number;
  #creditBytes: number;
  #isFinishing = false;
  #isClosed = false;
  #isWriterWaiting = false;

  /** @param pool of the endpoint, for its buffer */
  constructor(limitBytes: number, creditBytes: number, pool?: BlockPool) {
    this.#queue = new ByteQueue({ headBytes: FRAME_HEADER_BYTES, largestBlockBytes: MAX_PAYLOAD_BYTES, pool });
    this.#limitBytes = limitBytes;
    this.#creditBytes = creditBytes;
  }

  get creditBytes(): number {
    return this.#creditBytes;
  }

  get bufferedBytes(): number {
    return this.#queue.length;
  }

  get heldBytes(): number {
    return this.#queue.heldBytes;
  }

  get writableBytes(): number {
    return this.#isFinishing ? 0 : this.#limitBytes - this.#queue.length;
  }

  get isFinishing(): boolean {
    return this.#isFinishing;
  }

  /** CLOSE was handed down. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.writableBytes);
    if (taken > 0) this.#queue.append(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    if ((taken < bytes.length || this.writableBytes === 0) && !this.#isFinishing) this.#isWriterWaiting = true;
    return taken;
  }

  finish(): void {
    this.#isFinishing = true;
    this.#isWriterWaiting = false;
  }

  /** @returns false if the peer would then have granted more than a stream may have */
  addCredit(bytes: number): boolean {
    if (this.#creditBytes + bytes > MAX_STREAM_CREDIT_BYTES) return false;
    this.#creditBytes += bytes;
    return true;
  }

  /** Bytes that DATA could carry now. */
  get sendableBytes(): number {
    return Math.min(this.#queue.length, this.#creditBytes);
  }

  /** CLOSE is next: it needs no credit, and follows its DATA. */
  get isCloseNext(): boolean {
    return this.#isFinishing && !this.#isClosed && this.#queue.length === 0;
  }

  /**
   * @param payloadBytes 1 .. `sendableBytes`
   * @param use is given room for the header, then the payload; nothing of it is its own once it returns
   */
  takeFrame(payloadBytes: number, use: (frame: Uint8Array) => void): void {
    this.#creditBytes -= payloadBytes;
    this.#queue.takeWithHead(payloadBytes, use);
  }

  markClosed(): void {
    this.#isClosed = true;
  }

  /** @returns true once after a write that found or left no room, when half of the buffer is free again */
  takeWritable(): boolean {
    if (!this.#isWriterWaiting || 2 * this.#queue.length > this.#limitBytes) return false;
    this.#isWriterWaiting = false;
    return true;
  }

  /** Drops what is queued; nothing can be written afterwards. */
  release(): void {
    this.finish();
    this.#isClosed = true;
    this.#queue.clear();
  }
}
