import { setImmediate as nextTurn } from "node:timers/promises";
import { seconds } from "../../host/seconds.ts";
import type { Ladder } from "../../markers/ladder.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import type { RunClock } from "../../worlds/live/clock.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";
import { BOOT_BUDGET_MS, budgetScale } from "./calibration.ts";
import { Standstill } from "./standstill.ts";

/** Budgets are looked at this often; every other end comes by itself. */
const BUDGET_INTERVAL_MS = 200;
/** Once in so many looks the kernel is asked how long machines have waited: what ended can't be asked any more. */
const LOOKS_PER_SAMPLE = 5;
/** Turns of the event loop in which everything that has come is read. */
const DRAIN_TURNS = 4;

export interface LimitedRun {
  readonly ladder: Ladder;
  readonly clock: RunClock;
  /** The deadline, ms from the clock's start. */
  readonly timeoutMs: number;
  /** It was chosen for the reference machine, as the budgets were: a slower one gets more. */
  readonly scalesTimeout?: boolean;
  /** Nothing is ever late: somebody looks at it. */
  readonly isUnlimited?: boolean;
  /** Told once, of the first limit that is passed. */
  readonly onPassed: (failure: RunFailure) => void;
}

/**
 * How long a run may take: a budget for each rung, and one deadline for the whole. Time that a guest had no chance to use does not count
 * (docs/decisions/008).
 */
export class TimeLimits {
  readonly #run: LimitedRun;
  readonly #nodes: LiveNode[] = [];
  readonly #standstill: Standstill;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What a machine had waited for a processor when it had booted: the scale of the boot counts that already. */
  readonly #starvedAtBootMs = new Map<string, number>();
  /** From its start, by node, as it was when it was last asked for. */
  readonly #starvedMs = new Map<string, number>();
  #looks = 0;
  /** Something seems to be missing: all that has come is read before that is said. */
  #isDraining = false;
  #isOver = false;

  constructor(run: LimitedRun) {
    this.#run = run;
    this.#standstill = new Standstill(BUDGET_INTERVAL_MS, run.clock.nowMs());
  }

  /** Factor on all budgets: how much slower the machines booted than the reference. */
  get scale(): number {
    return budgetScale(
      this.#nodes.flatMap(({ bootMs, readyMs }) => (bootMs === undefined ? [] : [{ bootMs, readyMs }])),
    );
  }

  /** How long each machine was ready to run and got no processor of this host, ms from its start, by node. */
  get starvedMs(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#starvedMs);
  }

  joined(node: LiveNode): void {
    this.#nodes.push(node);
  }

  booted({ name, machine }: LiveNode): void {
    this.#starvedAtBootMs.set(name, machine?.starvedMs?.() ?? 0);
  }

  /** From here on budgets and deadline are watched. */
  start(): void {
    const { clock, timeoutMs, isUnlimited = false } = this.#run;
    if (isUnlimited) return;
    this.#standstill.tick(clock.nowMs());
    this.#timers.add(setInterval(() => this.#checkBudgets(), BUDGET_INTERVAL_MS));
    this.#armDeadline(timeoutMs - clock.nowMs());
  }

  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #checkBudgets(): void {
    if (this.#looks % LOOKS_PER_SAMPLE === 0) this.#sampleStarved();
    this.#looks += 1;
    // After a standstill the timers come first and what the guests wrote meanwhile second: the next turn judges.
    if (this.#standstill.tick(this.#run.clock.nowMs()) > 0) return;
    this.#failIfStill(() => this.#overdue());
  }

  #overdue(): RunFailure | undefined {
    const { ladder, clock } = this.#run;
    const lastByteMs = (name: string): number | undefined => this.#nodes.find((node) => node.name === name)?.lastByteMs;
    const overdueAt = (nowMs: number): RunFailure | undefined =>
      ladder.overdue(nowMs, this.scale, BOOT_BUDGET_MS, lastByteMs);
    const nowMs = clock.nowMs() - this.#standstill.totalMs;
    // Most of the time nothing is overdue, and the kernel need not be asked.
    if (overdueAt(nowMs) === undefined) return undefined;
    const failure = overdueAt(nowMs - this.#starvedSinceBootMs());
    return failure === undefined ? undefined : { ...failure, atMs: clock.nowMs() };
  }

  #sampleStarved(): void {
    for (const { name, machine } of this.#nodes) {
      const ms = machine?.starvedMs?.() ?? 0;
      this.#starvedMs.set(name, Math.max(ms, this.#starvedMs.get(name) ?? 0));
    }
  }

  /**
   * Load on the host: how long the machines have waited for a processor, the longest. Of one that has booted, since then: what it waited before
   * is in the scale.
   */
  #starvedSinceBootMs(): number {
    const since = this.#nodes.map(
      ({ name, machine }) => (machine?.starvedMs?.() ?? 0) - (this.#starvedAtBootMs.get(name) ?? 0),
    );
    return Math.max(0, ...since);
  }

  #armDeadline(ms: number): void {
    this.#timers.add(setTimeout(() => this.#deadlinePassed(), Math.ceil(Math.max(0, ms))));
  }

  #deadlinePassed(): void {
    const { clock, timeoutMs } = this.#run;
    this.#standstill.tick(clock.nowMs());
    const owedMs = timeoutMs * this.#timeoutScale + this.#standstill.totalMs - clock.nowMs();
    if (owedMs > 0) this.#armDeadline(owedMs);
    else this.#failIfStill(() => this.#timedOut());
  }

  /** A wall-clock time that somebody asked for is what it is. */
  get #timeoutScale(): number {
    return this.#run.scalesTimeout === true ? this.scale : 1;
  }

  #timedOut(): RunFailure {
    const { ladder, clock, timeoutMs } = this.#run;
    const waiting = ladder.rungs.find((rung) => rung.seen < rung.count);
    const where = waiting === undefined ? "for the power-off" : `for "${waiting.text}"`;
    const { totalMs } = this.#standstill;
    const moved = totalMs === 0 ? "" : `, moved by ${seconds(totalMs)} of standstill`;
    const scaled = this.#timeoutScale === 1 ? "" : ` x scale ${this.#timeoutScale.toFixed(2)}`;
    const detail = `after ${seconds(timeoutMs)}${scaled}${moved}, waiting ${where}`;
    return { code: "timed-out", node: waiting?.node, marker: waiting?.marker, detail, atMs: clock.nowMs() };
  }

  /** Nothing is said to be missing before everything that has come was read. */
  #failIfStill(look: () => RunFailure | undefined): void {
    if (this.#isDraining || look() === undefined) return;
    this.#isDraining = true;
    void this.#drain().then(() => {
      this.#isDraining = false;
      const failure = this.#isOver ? undefined : look();
      if (failure !== undefined) this.#run.onPassed(failure);
    });
  }

  async #drain(): Promise<void> {
    for (let turn = 0; turn < DRAIN_TURNS; turn += 1) {
      for (const node of this.#nodes) node.drain();
      // Standard output of the machines is read between two turns of the event loop.
      await nextTurn();
    }
  }
}
