import type { Bus } from "../bus/bus.ts";
import { EventKind } from "../../contract/events.ts";
import type { Runtime, Timer } from "../runtime/runtime.ts";

const PERIOD_MS = 1_000;
/** Stats of more sessions than this would not fit one line of the event port. */
const MAX_SESSIONS = 4;

/** Once a second while sessions live: their stats, to the event port. */
export class Metrics {
  readonly #bus: Bus;
  readonly #runtime: Runtime;
  #timer: Timer | undefined;

  constructor(bus: Bus, runtime: Runtime) {
    this.#bus = bus;
    this.#runtime = runtime;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer = this.#runtime.clock.setTimer(this.#runtime.clock.nowMs() + PERIOD_MS, () => {
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
