/**
 * Runs a driver's loop once for all calls of a turn: application calls only say that there is work, and the loop runs when the
 * running code has come to its end. Work that appears while the loop runs is done by the same loop.
 */
export class FlushTurn {
  readonly #flush: () => void;
  #isScheduled = false;
  #isRunning = false;
  #hasNewWork = false;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** There is work. */
  request(): void {
    if (this.#isRunning) this.#hasNewWork = true;
    if (this.#isScheduled || this.#isRunning) return;
    this.#isScheduled = true;
    void Promise.resolve().then(() => {
      if (this.#isScheduled) this.run();
    });
  }

  /** Runs the loop now. */
  run(): void {
    if (this.#isRunning) return;
    this.#isScheduled = false;
    this.#isRunning = true;
    try {
      do {
        this.#hasNewWork = false;
        this.#flush();
      } while (this.#hasNewWork);
    } finally {
      this.#isRunning = false;
    }
  }
}
