/** A timer this late shows that this process did not run: it was stopped, or somebody else had its processor. */
const TOLERATED_MS = 100;

/**
 * How long this process itself stood still, measured by a timer that should fire at a steady interval. What came from a guest
 * meanwhile lies unread, so none of that time may count against the guest.
 */
export class Standstill {
  readonly #intervalMs: number;
  #lastMs: number;
  #totalMs = 0;

  /** @param intervalMs of the timer that calls `tick` */
  constructor(intervalMs: number, nowMs: number) {
    this.#intervalMs = intervalMs;
    this.#lastMs = nowMs;
  }

  /** All of it so far, ms. */
  get totalMs(): number {
    return this.#totalMs;
  }

  /** @returns by how much the timer was late this time, ms; 0 if within tolerance */
  tick(nowMs: number): number {
    const lateMs = nowMs - this.#lastMs - this.#intervalMs;
    this.#lastMs = nowMs;
    if (lateMs <= TOLERATED_MS) return 0;
    this.#totalMs += lateMs;
    return lateMs;
  }
}
