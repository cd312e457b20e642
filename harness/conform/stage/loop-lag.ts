/** How late this process may hear what has come: it has other cases to play, and a host with other work. */

const TICK_MS = 10;

export class LoopLag {
  readonly #timer: NodeJS.Timeout;
  /** The turn before the latest: what waited for a turn is read after its timers. */
  #before = performance.now();
  #latest = performance.now();
  #worstMs = 0;

  constructor() {
    this.#timer = setInterval(() => {
      this.#before = this.#latest;
      this.#latest = performance.now();
      this.#worstMs = Math.max(this.#worstMs, this.#latest - this.#before);
    }, TICK_MS).unref();
  }

  /** What is heard now came within so many ms. */
  get ms(): number {
    return performance.now() - this.#before;
  }

  /** The longest that it got no turn. */
  get worstMs(): number {
    return Math.max(this.#worstMs, this.ms);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
