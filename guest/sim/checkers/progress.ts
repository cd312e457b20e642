/** The run ends: within its virtual time, within its events, and never by spinning at one moment. */
import { CheckViolation } from "./violation.ts";

export interface ProgressLimits {
  readonly maxVirtualMs: number;
  readonly maxEvents: number;
  /** Events without the clock moving. */
  readonly maxEventsAtOnce: number;
}

export class ProgressChecker {
  readonly #limits: ProgressLimits;
  #events = 0;
  #eventsAtOnce = 0;
  #lastMs = -1;

  constructor(limits: ProgressLimits) {
    this.#limits = limits;
  }

  get events(): number {
    return this.#events;
  }

  /** @throws CheckViolation */
  onEvent(nowMs: number): void {
    this.#events += 1;
    this.#eventsAtOnce = nowMs === this.#lastMs ? this.#eventsAtOnce + 1 : 1;
    this.#lastMs = nowMs;
    if (nowMs > this.#limits.maxVirtualMs) fail(`not finished after ${this.#limits.maxVirtualMs} ms`);
    if (this.#events > this.#limits.maxEvents) fail(`not finished after ${this.#limits.maxEvents} events`);
    if (this.#eventsAtOnce > this.#limits.maxEventsAtOnce) fail(`${this.#eventsAtOnce} events at ${nowMs} ms`);
  }

  /** Nothing is scheduled, and the goal isn't reached. */
  onIdle(): never {
    fail("nothing is scheduled and the goal is not reached");
  }
}

function fail(message: string): never {
  throw new CheckViolation("progress", message);
}
