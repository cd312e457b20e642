import type { Clock, Timer } from "../../runtime/runtime.ts";

/** Time that a test moves; counts the timers that were set. */
export class ManualClock implements Clock {
  timersSet = 0;
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  get pending(): readonly number[] {
    return [...this.#timers].map(({ atMs }) => atMs);
  }

  setTimer(atMs: number, callback: () => void): Timer {
    const timer = { atMs, callback };
    this.timersSet += 1;
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  advanceTo(toMs: number): void {
    for (;;) {
      const [next] = [...this.#timers].sort((left, right) => left.atMs - right.atMs);
      if (next === undefined || next.atMs > toMs) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = toMs;
  }
}
