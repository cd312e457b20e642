/** A transmitter of fixed rate behind a queue of bounded bytes: the state in time of a link. */
export class RateQueue {
  readonly #bytesPerMs: number;
  readonly #queueBytes: number;
  #busyUntilMs = 0;

  constructor(rateMbps: number, queueBytes: number) {
    this.#bytesPerMs = (rateMbps * 1000) / 8;
    this.#queueBytes = queueBytes;
  }

  /** What waits or is being sent at `nowMs`. */
  backlogBytes(nowMs: number): number {
    return Math.max(0, this.#busyUntilMs - nowMs) * this.#bytesPerMs;
  }

  /** @returns milliseconds until the last bit has left, or undefined if the frame finds no room */
  enqueue(lengthBytes: number, nowMs: number): number | undefined {
    if (this.backlogBytes(nowMs) + lengthBytes > this.#queueBytes) return undefined;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs) + lengthBytes / this.#bytesPerMs;
    return this.#busyUntilMs - nowMs;
  }
}
