/**
 * Runs a driver's loop once for all calls of a turn: application calls only say that there is work, and the loop runs when the
 * running code has come to its end. Work that appears while the loop runs is done by the same loop.
 */
export class FlushTurn {
  readonly #flush: () => void;
  #isScheduled = false;
  #isRunning = false;
  #hasNewWork = false;
  #isLeft = false;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** There is work. */
  request(): void {
    if (this.#isRunning) this.#hasNewWork = true;
    if (this.#isScheduled || this.#isRunning || this.#isLeft) return;
    this.#isScheduled = true;
    void Promise.resolve().then(() => {
      if (this.#isScheduled) this.run();
    });
  }

  /** For the loop: what is left to do, and what is asked for meanwhile, waits for a turn that it has seen to. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Runs the loop now. */
  run(): void {
    if (this.#isRunning) return;
    this.#isScheduled = false;
    this.#isRunning = true;
    this.#isLeft = false;
    try {
      do {
        this.#hasNewWork = false;
        this.#flush();
      } while (this.#hasNewWork && !this.#isLeft);
    } finally {
      this.#isRunning = false;
    }
  }
}
