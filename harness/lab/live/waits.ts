import { setImmediate as nextTurn } from "node:timers/promises";
import { url as inspectorUrl } from "node:inspector";
import { seconds } from "../../host/seconds.ts";
import { parseDurationMs } from "../../profiles/duration.ts";
import { BOOT_BUDGET_MS } from "../../run/script/calibration.ts";
import { Standstill } from "../../run/script/standstill.ts";
import type { RunClock } from "../../worlds/live/clock.ts";
import type { Duration } from "../declare/topology.ts";
import { LabError, misuse } from "../declare/lab-error.ts";

/** What a wait is given unless it says another time: a machine boots in ten seconds where there is no hardware for it. */
const DEFAULT_WITHIN_MS = 60_000;
const LOOK_INTERVAL_MS = 200;
/** Turns of the event loop in which everything that has come is read. */
const DRAIN_TURNS = 4;

/** How long something may take. */
export interface WaitOptions {
  /**
   * Default: `"60s"`. Counted from the machine's boot, for which it has 60 s or this, and on a machine that boots slower than the reference as
   * much longer. Time in which the harness itself stood still does not count, and with a debugger attached none does.
   */
  readonly within?: Duration;
}

/** How a node gets on. */
export interface Pace {
  /** Of its own sign of life, ms on the run's clock; undefined: it has given none yet. */
  readonly bootMs: number | undefined;
  /** How much slower than the reference it boots, at least 1. */
  readonly scale: number;
}

interface Wait {
  readonly what: string;
  readonly look: () => void;
  readonly give: (error: LabError) => void;
}

/** All that is waited for on one node. */
export class Waits {
  readonly #clock: RunClock;
  /** What else can still be read. */
  readonly #drain: () => void;
  readonly #pace: () => Pace;
  /** The last words of the node, for messages. */
  readonly #scene: () => string;
  readonly #waiting = new Set<Wait>();
  #over: LabError | undefined;

  constructor(clock: RunClock, node: { drain(): void; pace(): Pace; lastWords(): string }) {
    this.#clock = clock;
    this.#drain = () => node.drain();
    this.#pace = () => node.pace();
    this.#scene = () => node.lastWords();
  }

  /**
   * @param what in words, for messages @param look tried now, and whenever something was heard; undefined: not yet
   * @throws LabError `lab-timed-out`, `lab-ended`
   */
  until<T>(what: string, look: () => T | undefined, { within }: WaitOptions = {}): Promise<T> {
    const limitMs = limitOf(within);
    return new Promise<T>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (): void => {
        clearInterval(timer);
        this.#waiting.delete(wait);
      };
      const wait: Wait = {
        what,
        look: () => {
          const found = look();
          if (found === undefined) return;
          settle();
          resolve(found);
        },
        give: (error) => {
          settle();
          reject(error);
        },
      };
      this.#waiting.add(wait);
      wait.look();
      if (!this.#waiting.has(wait)) return;
      if (this.#over !== undefined) wait.give(this.#ended(what, this.#over));
      else if (limitMs !== undefined) timer = this.#watch(wait, limitMs);
    });
  }

  /** Something came: whoever waits looks again. */
  heard(): void {
    for (const wait of [...this.#waiting]) wait.look();
  }

  /** Nothing comes any more. */
  end(why: LabError): void {
    this.#over ??= why;
    for (const wait of [...this.#waiting]) {
      wait.look();
      if (this.#waiting.has(wait)) wait.give(this.#ended(wait.what, why));
    }
  }

  #watch(wait: Wait, limitMs: number): NodeJS.Timeout {
    const startedMs = this.#clock.nowMs();
    const standstill = new Standstill(LOOK_INTERVAL_MS, startedMs);
    return setInterval(() => {
      const nowMs = this.#clock.nowMs();
      if (standstill.tick(nowMs) > 0 || isDebugged()) return;
      const { bootMs, scale } = this.#pace();
      const sinceMs = Math.max(startedMs, bootMs ?? startedMs);
      const givenMs = bootMs === undefined ? Math.max(limitMs, BOOT_BUDGET_MS) : limitMs * scale;
      if (nowMs - sinceMs - standstill.totalMs <= givenMs) return;
      void this.#readAll().then(() => {
        wait.look();
        if (!this.#waiting.has(wait)) return;
        const stretched = scale > 1 ? ` (${limitMs / 1_000} s x scale ${scale.toFixed(2)})` : "";
        const message = `${wait.what} did not come within ${seconds(givenMs)}${stretched}\n${this.#scene()}`;
        wait.give(new LabError("lab-timed-out", message, "the folder of artifacts has the whole console"));
      });
    }, LOOK_INTERVAL_MS);
  }

  /** Nothing is said to be missing before everything that has come was read. */
  async #readAll(): Promise<void> {
    for (let turn = 0; turn < DRAIN_TURNS; turn += 1) {
      this.#drain();
      await nextTurn();
    }
  }

  #ended(what: string, why: LabError): LabError {
    return new LabError("lab-ended", `${what} can't come: ${why.message}\n${this.#scene()}`, why.hint, { cause: why });
  }
}

function limitOf(within: Duration | undefined): number | undefined {
  if (within === undefined) return DEFAULT_WITHIN_MS;
  const ms = parseDurationMs(within);
  if (ms === undefined) throw misuse(`"${within}" is no time`, 'write "500ms", "20s" or "3m"');
  return ms;
}

/** Somebody looks at it step by step: no time counts. */
function isDebugged(): boolean {
  return inspectorUrl() !== undefined;
}
