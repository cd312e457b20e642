/** The credit that tuning shares among the streams of a session, beyond the reserve of each (dsoftbus-transport.md#12-mux-v2). */
export class CreditPool {
  readonly sharedBytes: number;
  #takenBytes = 0;

  constructor(sharedBytes: number) {
    this.sharedBytes = Math.max(0, sharedBytes);
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** All or nothing. */
  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.sharedBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}
