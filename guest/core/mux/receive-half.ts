import { ByteQueue } from "../bytes/byte-queue.ts";
import type { CreditPool } from "./credit-pool.ts";

/**
 * What the peer sends on one stream: buffer and credit. Invariant: credit the peer holds plus bytes unread is at most the
 * window, and the window at most the reserve plus what the pool lent.
 */
export class ReceiveHalf {
  readonly #queue = new ByteQueue();
  readonly #pool: CreditPool;
  readonly #initialWindowBytes: number;
  readonly #maxWindowBytes: number;
  #windowBytes: number;
  #grantedBytes: number;
  #receivedBytes = 0;
  #readBytes = 0;
  #isFinished = false;
  #hasDropped = false;
  /** Nothing more is taken: finished, reset, or the session ended. */
  #isClosed = false;

  constructor(initialWindowBytes: number, maxWindowBytes: number, pool: CreditPool) {
    this.#pool = pool;
    this.#initialWindowBytes = initialWindowBytes;
    this.#windowBytes = initialWindowBytes;
    this.#maxWindowBytes = maxWindowBytes;
    this.#grantedBytes = initialWindowBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** What the peer may still send. */
  get outstandingCreditBytes(): number {
    return this.#isClosed ? 0 : this.#grantedBytes - this.#receivedBytes;
  }

  get readableBytes(): number {
    return this.#queue.length;
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

  push(bytes: Uint8Array): void {
    this.#queue.append(bytes);
  }

  read(maxBytes: number): Uint8Array | undefined {
    const bytes = this.#queue.read(maxBytes);
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
    return this.#isFinished && this.#queue.length === 0 && !this.#hasDropped;
  }

  /** Worth a WINDOW_UPDATE: half of the window was read since the last. */
  get isUpdateDue(): boolean {
    return !this.#isClosed && 2 * this.#readBytesSinceGrant() >= this.#windowBytes;
  }

  /**
   * Grants what was read, and more if the reader keeps up: then the window, not the reader, is what limits the peer.
   *
   * @returns the delta for WINDOW_UPDATE, above 0 if `isUpdateDue`
   */
  takeUpdate(): number {
    if (this.#isClosed) return 0;
    const growthBytes = Math.min(this.#windowBytes, this.#maxWindowBytes - this.#windowBytes);
    const readerKeepsUp = 4 * this.#queue.length <= this.#windowBytes;
    if (readerKeepsUp && growthBytes > 0 && this.#pool.take(growthBytes)) this.#windowBytes += growthBytes;
    const deltaBytes = this.#readBytesSinceGrant();
    this.#grantedBytes += deltaBytes;
    return deltaBytes;
  }

  /** Drops what is unread and returns what the pool lent. The half must not be used for receiving afterwards. */
  release(): void {
    if (this.#queue.length > 0) this.#hasDropped = true;
    this.#queue.clear();
    this.returnLoan();
  }

  /** Returns what the pool lent; unread bytes stay readable. */
  returnLoan(): void {
    this.#isClosed = true;
    this.#pool.giveBack(this.#windowBytes - this.#initialWindowBytes);
    this.#windowBytes = this.#initialWindowBytes;
  }

  #readBytesSinceGrant(): number {
    return this.#windowBytes - (this.#grantedBytes - this.#readBytes);
  }
}
