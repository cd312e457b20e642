import { ReadQueue } from "../bytes/read-queue.ts";
import type { CreditPool } from "./credit-pool.ts";

/** Half of a window read within this many round trips: the sender waits for credit, or nearly. The same as in quic-go's tuning. */
const GROWTH_ROUND_TRIPS = 2;

/** A window of 2 MiB that is granted by halves would leave less than the 1.25 MB that 100 Mbit/s and 100 ms hold. */
const MOST_UNGRANTED_BYTES = 512 * 1024;

export interface WindowBounds {
  /** What the peer may use from the start. */
  readonly initialBytes: number;
  /** Up to here it grows whatever the round trip is. */
  readonly untimedBytes: number;
  readonly maxBytes: number;
}

/**
 * What the peer sends on one stream: buffer and credit. Invariant: credit the peer holds plus bytes unread is at most the
 * window, and the window at most the reserve plus what the pool lent.
 */
export class ReceiveHalf {
  readonly #queue = new ReadQueue();
  readonly #pool: CreditPool;
  readonly #bounds: WindowBounds;
  #windowBytes: number;
  #grantedBytes: number;
  /** When half of the window had last been read, and how much had been read by then. */
  #epochStartMs: number | undefined;
  #epochReadBytes = 0;
  #receivedBytes = 0;
  #readBytes = 0;
  #isFinished = false;
  #hasDropped = false;
  /** Nothing more is taken: finished, reset, or the session ended. */
  #isClosed = false;

  constructor(bounds: WindowBounds, pool: CreditPool) {
    this.#pool = pool;
    this.#bounds = bounds;
    this.#windowBytes = bounds.initialBytes;
    this.#grantedBytes = bounds.initialBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** What the peer may still send. */
  get outstandingCreditBytes(): number {
    return this.#isClosed ? 0 : this.#grantedBytes - this.#receivedBytes;
  }

  get readableBytes(): number {
    return this.#queue.readableBytes;
  }

  get heldBytes(): number {
    return this.#queue.heldBytes;
  }

  /** The peer ended its direction with CLOSE. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** A DATA frame of this length begins. @returns false if the peer has no credit for it */
  spendCredit(bytes: number): boolean {
    if (bytes > this.outstandingCreditBytes) return false;
    this.#receivedBytes += bytes;
    return true;
  }

  /** @param bytes handed over: nobody changes them afterwards */
  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  read(maxBytes: number): Uint8Array | undefined {
    const bytes = this.#queue.readSome(maxBytes);
    if (bytes !== undefined) this.#readBytes += bytes.length;
    return bytes;
  }

  /** CLOSE arrived. */
  finish(): void {
    this.#isFinished = true;
    this.#isClosed = true;
  }

  /** The peer ended its direction and all of it was read: nothing was dropped. */
  get isReadOut(): boolean {
    return this.#isFinished && this.#queue.readableBytes === 0 && !this.#hasDropped;
  }

  /** Worth a WINDOW_UPDATE: half of the window was read since the last, or so much that a sender on a long path would miss it. */
  get isUpdateDue(): boolean {
    return !this.#isClosed && this.#readBytesSinceGrant() >= Math.min(this.#windowBytes / 2, MOST_UNGRANTED_BYTES);
  }

  /**
   * Grants what was read, and more if the window, not the reader or the path, is what limits the peer.
   *
   * @param smoothedRttMs undefined where nobody knows it: the reader alone decides then
   * @returns the delta for WINDOW_UPDATE, above 0 if `isUpdateDue`
   */
  takeUpdate(nowMs: number, smoothedRttMs: number | undefined): number {
    if (this.#isClosed) return 0;
    if (2 * (this.#readBytes - this.#epochReadBytes) >= this.#windowBytes) this.#tune(nowMs, smoothedRttMs);
    const deltaBytes = this.#readBytesSinceGrant();
    this.#grantedBytes += deltaBytes;
    return deltaBytes;
  }

  /** Drops what is unread and returns what the pool lent. The half must not be used for receiving afterwards. */
  release(): void {
    if (this.#queue.readableBytes > 0) this.#hasDropped = true;
    this.#queue.clear();
    this.returnLoan();
  }

  /** Returns what the pool lent; unread bytes stay readable. */
  returnLoan(): void {
    this.#isClosed = true;
    this.#pool.giveBack(this.#windowBytes - this.#bounds.initialBytes);
    this.#windowBytes = this.#bounds.initialBytes;
  }

  #tune(nowMs: number, smoothedRttMs: number | undefined): void {
    const growthBytes = Math.min(this.#windowBytes, this.#bounds.maxBytes - this.#windowBytes);
    if (growthBytes > 0 && this.#limitsThePeer(nowMs, smoothedRttMs) && this.#pool.take(growthBytes)) {
      this.#windowBytes += growthBytes;
    }
    this.#epochStartMs = nowMs;
    this.#epochReadBytes = this.#readBytes;
  }

  #limitsThePeer(nowMs: number, smoothedRttMs: number | undefined): boolean {
    const readerKeepsUp = 4 * this.#queue.readableBytes <= this.#windowBytes;
    if (!readerKeepsUp || this.#windowBytes < this.#bounds.untimedBytes || smoothedRttMs === undefined)
      return readerKeepsUp;
    return this.#epochStartMs !== undefined && nowMs - this.#epochStartMs <= GROWTH_ROUND_TRIPS * smoothedRttMs;
  }

  #readBytesSinceGrant(): number {
    return this.#windowBytes - (this.#grantedBytes - this.#readBytes);
  }
}
