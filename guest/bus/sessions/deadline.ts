import type { Clock, Timer } from "../../runtime/runtime.ts";

/** A timer follows a deadline that moved away by more than this: to be woken for nothing costs a process tenths of a millisecond. */
const FAR_MS = 50;
/** But no more often: a connection in use moves its deadline there and back with every packet. */
const FOLLOW_EVERY_MS = 100;

/**
 * One timer that follows a moving deadline. A deadline that moves away leaves the timer where it is, mostly: it fires early,
 * finds nothing due and is armed anew; a transport moves its deadline with every packet, and re-arming each time would cost more.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onDue: (nowMs: number) => void;
  readonly #onTimer = (): void => this.#fire();
  #timer: Timer | undefined;
  #armedAtMs = Infinity;
  #dueMs = Infinity;
  #followedMs = -Infinity;

  /** @param onDue called when the deadline has come; it should set the next one */
  constructor(clock: Clock, onDue: (nowMs: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** @param dueMs undefined: none */
  set(dueMs: number | undefined): void {
    this.#dueMs = dueMs ?? Infinity;
    if (this.#dueMs < this.#armedAtMs) this.#arm();
    else if (this.#dueMs - this.#armedAtMs > FAR_MS) this.#follow();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedAtMs = Infinity;
    this.#dueMs = Infinity;
  }

  #follow(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#dueMs === Infinity || nowMs - this.#followedMs < FOLLOW_EVERY_MS) return;
    this.#followedMs = nowMs;
    this.#arm();
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#armedAtMs = this.#dueMs;
    this.#timer = this.#clock.setTimer(this.#dueMs, this.#onTimer);
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
