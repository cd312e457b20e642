import { BlockPool } from "./bytes/block-pool.ts";

/**
 * The memory that all connections of one endpoint share (dsoftbus-transport.md#9-bounds-and-codes): receive windows and send
 * buffers, 64 MiB each.
 */
/** Less free send memory than this wakes nobody: a stream of tiny writes would cost more than it moves. */
const WAKE_BYTES = 16 * 1024;

export class EndpointBudget {
  readonly receiveLimitBytes: number;
  readonly sendLimitBytes: number;
  /** For send buffers, and records that came in pieces. What is free is at most 32 blocks, and counts for no limit. */
  readonly blocks = new BlockPool();
  #receiveReservedBytes = 0;
  #sendHeldBytes = 0;
  /** In the order of asking. */
  readonly #sendWaiters = new Set<() => void>();

  constructor(receiveLimitBytes = 64 * 1024 * 1024, sendLimitBytes = 64 * 1024 * 1024) {
    this.receiveLimitBytes = receiveLimitBytes;
    this.sendLimitBytes = sendLimitBytes;
  }

  get receiveReservedBytes(): number {
    return this.#receiveReservedBytes;
  }

  get sendHeldBytes(): number {
    return this.#sendHeldBytes;
  }

  get sendFreeBytes(): number {
    return this.sendLimitBytes - this.#sendHeldBytes;
  }

  /** How much must be free before who waits is woken: 16 KiB, or a quarter of a small budget. */
  get sendWakeBytes(): number {
    return Math.max(1, Math.min(WAKE_BYTES, Math.floor(this.sendLimitBytes / 4)));
  }

  /** Reserves receive window; all or nothing. */
  reserveReceive(bytes: number): boolean {
    if (this.#receiveReservedBytes + bytes > this.receiveLimitBytes) return false;
    this.#receiveReservedBytes += bytes;
    return true;
  }

  /**
   * Reserves what tuning adds to a window; all or nothing. Tuning stops at half of the budget: the other half is for the windows
   * of connections to come, which would be refused (BUSY) because those that are there grew.
   */
  growReceive(bytes: number): boolean {
    if (this.#receiveReservedBytes + bytes > this.receiveLimitBytes / 2) return false;
    this.#receiveReservedBytes += bytes;
    return true;
  }

  releaseReceive(bytes: number): void {
    this.#receiveReservedBytes -= bytes;
  }

  /** Takes up to `bytes` of send buffer. @returns how many were granted */
  takeSend(bytes: number): number {
    const granted = Math.min(bytes, this.sendFreeBytes);
    this.#sendHeldBytes += granted;
    return granted;
  }

  releaseSend(bytes: number): void {
    this.#sendHeldBytes -= bytes;
    if (this.#sendWaiters.size === 0 || this.sendFreeBytes < this.sendWakeBytes) return;
    const waiters = [...this.#sendWaiters];
    this.#sendWaiters.clear();
    for (const wake of waiters) wake();
  }

  /**
   * @param wake called once, when a release has made `sendWakeBytes` free, in the middle of whatever released: it may only take
   *   note that there is work. Asking twice counts once; who finds nothing left asks again.
   */
  waitForSend(wake: () => void): void {
    this.#sendWaiters.add(wake);
  }

  stopWaiting(wake: () => void): void {
    this.#sendWaiters.delete(wake);
  }
}
