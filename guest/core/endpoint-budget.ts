/**
 * The memory that all connections of one endpoint share (protocol 6): receive windows and send buffers, 64 MiB each.
 */
export class EndpointBudget {
  readonly receiveLimitBytes: number;
  readonly sendLimitBytes: number;
  #receiveReservedBytes = 0;
  #sendHeldBytes = 0;

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

  /** Reserves receive window; all or nothing. */
  reserveReceive(bytes: number): boolean {
    if (this.#receiveReservedBytes + bytes > this.receiveLimitBytes) return false;
    this.#receiveReservedBytes += bytes;
    return true;
  }

  releaseReceive(bytes: number): void {
    this.#receiveReservedBytes -= bytes;
  }

  /** Takes up to `bytes` of send buffer. @returns how many were granted */
  takeSend(bytes: number): number {
    const granted = Math.min(bytes, this.sendLimitBytes - this.#sendHeldBytes);
    this.#sendHeldBytes += granted;
    return granted;
  }

  releaseSend(bytes: number): void {
    this.#sendHeldBytes -= bytes;
  }
}
