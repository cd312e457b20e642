/** How long to wait before the next dial: doubled after each failure up to a cap, without jitter, so that runs repeat. */
export class Backoff {
  readonly #firstMs: number;
  readonly #capMs: number;
  #nextMs: number;

  constructor(firstMs = 250, capMs = 30_000) {
    this.#firstMs = firstMs;
    this.#capMs = capMs;
    this.#nextMs = firstMs;
  }

  /** @returns the wait after one more failure */
  next(): number {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(2 * waitMs, this.#capMs);
    return waitMs;
  }

  /** For a failure that waiting is unlikely to heal, such as a wrong identity. */
  longest(): number {
    this.#nextMs = this.#capMs;
    return this.#capMs;
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
