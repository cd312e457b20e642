import type { Clock, Timer } from "../../runtime/runtime.ts";

/**
 * One timer that follows a moving deadline. A deadline that moves away leaves the timer where it is: it fires early, finds
 * nothing due and is armed anew; a transport moves its deadline with every packet, and re-arming each time would cost more.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onDue: (nowMs: number) => void;
  #timer: Timer | undefined;
  #armedAtMs = Infinity;
  #dueMs = Infinity;

  /** @param onDue called when the deadline has come; it should set the next one */
  constructor(clock: Clock, onDue: (nowMs: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** @param dueMs undefined: none */
  set(dueMs: number | undefined): void {
    this.#dueMs = dueMs ?? Infinity;
    if (this.#dueMs < this.#armedAtMs) this.#arm();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedAtMs = Infinity;
    this.#dueMs = Infinity;
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#armedAtMs = this.#dueMs;
    this.#timer = this.#clock.setTimer(this.#dueMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    this.#armedAtMs = Infinity;
    const nowMs = this.#clock.nowMs();
    if (this.#dueMs > nowMs) {
      if (this.#dueMs !== Infinity) this.#arm();
      return;
    }
    this.#dueMs = Infinity;
    this.#onDue(nowMs);
  }
}

/** Resolves when `durationMs` have passed on the injected clock. */
export function sleep(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(clock.nowMs() + durationMs, resolve));
}
