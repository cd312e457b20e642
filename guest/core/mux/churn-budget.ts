/** A token bucket for the peer's OPENs (protocol 9): so many per second, and at most as many at once. */
export class ChurnBudget {
  readonly #perSecond: number;
  #tokens: number;
  #refilledMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#refilledMs = nowMs;
  }

  /** @returns false if the budget is spent */
  spend(nowMs: number): boolean {
    const earned = (Math.max(0, nowMs - this.#refilledMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + earned);
    this.#refilledMs = Math.max(this.#refilledMs, nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
