/** One OPEN. In thousandths, so that whole milliseconds earn whole numbers. */
const COST = 1_000;

/** A token bucket for the peer's OPENs (dsoftbus-transport.md#12-mux-v2): so many per second, and at most as many at once. */
export class ChurnBudget {
  readonly #perSecond: number;
  #balance: number;
  #refilledMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#balance = perSecond * COST;
    this.#refilledMs = nowMs;
  }

  /** @returns false if the budget is spent */
  spend(nowMs: number): boolean {
    const earned = Math.max(0, nowMs - this.#refilledMs) * this.#perSecond;
    this.#balance = Math.min(this.#perSecond * COST, this.#balance + earned);
    this.#refilledMs = Math.max(this.#refilledMs, nowMs);
    if (this.#balance < COST) return false;
    this.#balance -= COST;
    return true;
  }
}
