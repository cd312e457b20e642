import type { Bus } from "../bus/bus.ts";
import { EventKind } from "../../contract/events.ts";
import type { Runtime, Timer } from "../runtime/runtime.ts";

const PERIOD_MS = 1_000;
/** A daemon of hours would fill the event port with them: from then on one in ten seconds. */
const DETAILED_MS = 5 * 60_000;
const LATER_PERIOD_MS = 10_000;
/** Stats of more sessions than this would not fit one line of the event port. */
const MAX_SESSIONS = 4;

/** Once a second while sessions live, later every ten seconds: their stats, to the event port. */
export class Metrics {
  readonly #bus: Bus;
  readonly #runtime: Runtime;
  readonly #startMs: number;
  #timer: Timer | undefined;

  constructor(bus: Bus, runtime: Runtime) {
    this.#bus = bus;
    this.#runtime = runtime;
    this.#startMs = runtime.clock.nowMs();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    const nowMs = this.#runtime.clock.nowMs();
    const periodMs = nowMs - this.#startMs < DETAILED_MS ? PERIOD_MS : LATER_PERIOD_MS;
    this.#timer = this.#runtime.clock.setTimer(nowMs + periodMs, () => {
      this.#sample();
      this.#arm();
    });
  }

  #sample(): void {
    const sessions = this.#bus.sessions.all();
    if (sessions.length === 0) return;
    const sampled = sessions.slice(0, MAX_SESSIONS).map((session) => session.stats());
    this.#runtime.console.event(EventKind.METRICS, { sessions: sampled, liveSessions: sessions.length });
  }
}
