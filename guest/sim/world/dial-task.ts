/** One dial plan being carried out: dials, waits for the end, dials again as often as it may. */
import type { DialPlan } from "../plan/scenario.ts";

const FAILURES_OF_A_DIAL = ["HANDSHAKE_TIMEOUT"];
/** Pause before dialling again, as a daemon with backoff does. */
const REDIAL_AFTER_MS = 250;

export class DialTask {
  readonly plan: DialPlan;
  #timesLeft: number;
  #redialsLeft: number;
  #nextDialMs: number | undefined;
  #failure: string | undefined;

  constructor(plan: DialPlan) {
    this.plan = plan;
    this.#timesLeft = plan.times ?? 1;
    this.#redialsLeft = plan.redials ?? 0;
    this.#nextDialMs = plan.startMs ?? 0;
  }

  /** When to dial; undefined while a connection is under way or all is done. */
  get nextDialMs(): number | undefined {
    return this.#nextDialMs;
  }

  get isOver(): boolean {
    return this.#timesLeft === 0 || this.#failure !== undefined;
  }

  /** Why it gave up. */
  get failure(): string | undefined {
    return this.#failure;
  }

  onDialled(): void {
    this.#nextDialMs = undefined;
  }

  /** @param end the name of how the connection, or the attempt, ended */
  onEnd(end: string, nowMs: number): void {
    if ((this.plan.endsWith ?? ["NO_ERROR"]).includes(end)) {
      this.#timesLeft -= 1;
      if (this.#timesLeft > 0) this.#nextDialMs = nowMs;
    } else if (this.#redialsLeft > 0) {
      this.#redialsLeft -= 1;
      this.#nextDialMs = nowMs + REDIAL_AFTER_MS;
    } else {
      const what = FAILURES_OF_A_DIAL.includes(end) ? "the dial failed" : "the connection ended";
      this.#failure = `${what} with ${end}`;
    }
  }
}
