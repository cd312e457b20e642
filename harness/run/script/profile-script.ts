import { setImmediate as nextTurn } from "node:timers/promises";
import { EventKind } from "../../../contract/events.ts";
import type { ReceivedEvent } from "../../console/event-collector.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";
import type { Ladder } from "../../markers/ladder.ts";
import type { RunFailure, RungState } from "../../markers/ladder-spec.ts";
import type { LadderStep } from "../../markers/node-ladder.ts";
import type { Profile } from "../../profiles/schema.ts";
import { BOOT_BUDGET_MS, budgetScale } from "./calibration.ts";
import type { RunClock } from "../../worlds/live/clock.ts";
import type { HarnessError } from "../../host/harness-error.ts";
import { failureOfError } from "../judge/failure-of-error.ts";
import { endingFailure } from "../judge/machine-ending.ts";
import type { NodeSession } from "../../worlds/live/node-session.ts";
import type { LiveListener } from "../../worlds/live/world.ts";
import { Standstill } from "./standstill.ts";

/** Budgets are looked at this often; every other end comes by itself. */
const BUDGET_INTERVAL_MS = 200;
/** After the first sign of a crash the console may still say more about it. */
const CRASH_DRAIN_MS = 400;
/** Turns of the event loop in which everything that has come is read. */
const DRAIN_TURNS = 4;

export interface WatchOptions {
  readonly timeoutMs: number;
  /** End at the last rung instead of waiting for the machines' power-off. */
  readonly untilMarker: boolean;
  readonly signal: AbortSignal;
  readonly onRung: (rung: RungState) => void;
  /** Every line of a console. */
  readonly onLine: (node: string, text: string) => void;
  /** What the profile asked to be done to a machine was done. */
  readonly onAction: (what: string) => void;
  readonly without?: ReadonlySet<string> | undefined;
}

/** Why the watching ended. */
export type WatchEnd =
  | { readonly kind: "powered-off" }
  | { readonly kind: "last-rung" }
  | { readonly kind: "failed"; readonly failure: RunFailure };

/** Watches the machines of one run until its outcome is known: the only place where a run waits. */
export class RunWatch implements LiveListener {
  readonly #ladder: Ladder;
  readonly #profile: Profile;
  readonly #options: WatchOptions;
  readonly #clock: RunClock;
  readonly #sessions: NodeSession[] = [];
  readonly #bootMs = new Map<string, number>();
  readonly #readyMs = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #standstill: Standstill;
  /** What a machine had waited for a processor when it had booted: the scale of the boot counts that already. */
  readonly #starvedAtBootMs = new Map<string, number>();
  /** Of the standstill, what the deadline was moved by. */
  #deadlineMovedMs = 0;
  /** Something seems to be missing: all that has come is read before that is said. */
  #isDraining = false;
  #isOver = false;
  readonly #onAbort = (): void => this.#interrupted();
  #failure: RunFailure | undefined;
  #isToldToEnd = false;
  #pendingActions: number;
  #settle: ((end: WatchEnd) => void) | undefined;
  readonly #end: Promise<WatchEnd>;
  #waiting: Promise<WatchEnd> | undefined;

  constructor(ladder: Ladder, profile: Profile, options: WatchOptions, clock: RunClock) {
    this.#ladder = ladder;
    this.#profile = profile;
    this.#options = options;
    this.#clock = clock;
    this.#pendingActions = profile.action.length;
    this.#standstill = new Standstill(BUDGET_INTERVAL_MS, clock.nowMs());
    this.#end = new Promise((resolve) => (this.#settle = resolve));
  }

  /** The first thing that went wrong, if anything did. */
  get failure(): RunFailure | undefined {
    return this.#failure;
  }

  get scale(): number {
    return budgetScale([...this.#bootMs].map(([node, bootMs]) => ({ bootMs, readyMs: this.#readyMs.get(node) })));
  }

  /** When a node's init showed, and when its agent did; ms from QEMU's start. */
  bootTimes(node: string): { readonly bootMs: number | undefined; readonly readyMs: number | undefined } {
    return { bootMs: this.#bootMs.get(node), readyMs: this.#readyMs.get(node) };
  }

  joined(session: NodeSession): void {
    this.#sessions.push(session);
    // A process has no boot: it is up when it is started.
    if (session.planned.plan.kind.runsOn === "host") this.#ladder.booted(session.name, this.#clock.nowMs());
  }

  /** Something of the harness itself broke: the run can't be judged. */
  broken(error: HarnessError): void {
    this.#fail(failureOfError(error));
  }

  /** From the first call the deadline, the budgets and the user's signals count. @returns once the outcome is known; the machines may still run */
  wait(): Promise<WatchEnd> {
    this.#waiting ??= this.#wait();
    return this.#waiting;
  }

  /** Nothing is waited for any more: the timers would keep this process alive. */
  close(): void {
    this.#settle?.({ kind: "powered-off" });
  }

  async #wait(): Promise<WatchEnd> {
    const { timeoutMs, signal } = this.#options;
    this.#standstill.tick(this.#clock.nowMs());
    const budgets = setInterval(() => this.#checkBudgets(), BUDGET_INTERVAL_MS);
    this.#timers.add(budgets);
    this.#armDeadline(timeoutMs - this.#clock.nowMs());
    signal.addEventListener("abort", this.#onAbort);
    if (signal.aborted) this.#interrupted();
    this.#checkExits();
    const end = await this.#end;
    signal.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) clearTimeout(timer);
    return end;
  }

  line(session: NodeSession, line: ConsoleLine): void {
    const isBoot = session.planned.plan.kind.bootSign?.test(line.text) === true;
    if (isBoot && !this.#bootMs.has(session.name)) this.#booted(session, line.atMs);
    this.#options.onLine(session.name, line.text);
    this.#take(session, this.#ladder.line(session.name, line));
    // The event port may have been read first: then the last line is what completes the ladders.
    this.#endWhenDone();
  }

  event(session: NodeSession, event: ReceivedEvent): void {
    if (!this.#readyMs.has(session.name)) this.#readyMs.set(session.name, event.arrivedMs);
    const { text } = event.data;
    if (event.kind === EventKind.MARKER && typeof text === "string") {
      this.#take(session, this.#ladder.markerEvent(session.name, text, event.arrivedMs));
    }
    this.#endWhenDone();
  }

  exited(session: NodeSession): void {
    const { exit } = session;
    if (exit === undefined) return;
    const failure = endingFailure(session.name, exit, session.expected);
    if (failure !== undefined) this.#fail(failure);
    else if (session.expected === "power-off" && !this.#ladder.nodeComplete(session.name)) {
      const missing = this.#ladder.missing(session.name);
      if (missing !== undefined) this.#fail(missing);
    }
    this.#checkExits();
  }

  #booted(session: NodeSession, atMs: number): void {
    this.#bootMs.set(session.name, atMs);
    this.#starvedAtBootMs.set(session.name, session.machine?.starvedMs?.() ?? 0);
    this.#ladder.booted(session.name, atMs);
  }

  #take(session: NodeSession, steps: readonly LadderStep[]): void {
    for (const step of steps) {
      if (step.kind === "failure") {
        this.#fail(step.failure);
        continue;
      }
      // A guest without an init line of ours shows its boot with its first marker.
      if (!this.#bootMs.has(session.name)) this.#booted(session, step.rung.reachedMs ?? this.#clock.nowMs());
      this.#options.onRung(step.rung);
      this.#triggerActions(step.rung);
    }
    if (this.#options.untilMarker && this.#ladder.complete) this.#finish({ kind: "last-rung" });
  }

  /**
   * Daemons with peers on other machines don't know when the last of them is done; the run does: every ladder is complete and every
   * self-test gone.
   */
  #endWhenDone(): void {
    if (this.#isToldToEnd || this.#profile.node.length === 1 || !this.#ladder.complete) return;
    if (this.#pendingActions > 0) return;
    const running = this.#sessions.filter(({ exit, expected }) => exit === undefined && expected === "power-off");
    const isDone = running.every(({ endedSelftests, planned }) => {
      return endedSelftests >= planned.plan.node.processes.filter(({ kind }) => kind === "selftest").length;
    });
    if (!isDone) return;
    this.#isToldToEnd = true;
    for (const { machine } of running) machine?.endInOrder();
  }

  #triggerActions(rung: RungState): void {
    for (const action of this.#profile.action) {
      if (action.after.node !== rung.node || action.after.marker !== rung.marker) continue;
      const victim = this.#sessions.find((session) => session.name === action.node);
      if (victim === undefined) continue;
      const act = (): void => {
        this.#pendingActions -= 1;
        this.#options.onAction(`kill ${victim.name}`);
        victim.kill();
        this.#endWhenDone();
      };
      this.#timers.add(setTimeout(act, action.delay ?? 0));
    }
  }

  #checkExits(): void {
    const over = this.#sessions.length > 0 && this.#sessions.every((session) => session.exit !== undefined);
    if (over) this.#finish({ kind: "powered-off" });
  }

  #checkBudgets(): void {
    // After a standstill the timers come first and what the guests wrote meanwhile second: the next turn judges.
    if (this.#standstill.tick(this.#clock.nowMs()) > 0) return;
    this.#failIfStill(() => this.#overdue());
  }

  #overdue(): RunFailure | undefined {
    const lastByteMs = (node: string): number | undefined =>
      this.#sessions.find((session) => session.name === node)?.console.lastByteMs;
    const overdueAt = (nowMs: number): RunFailure | undefined =>
      this.#ladder.overdue(nowMs, this.scale, BOOT_BUDGET_MS, lastByteMs);
    const nowMs = this.#clock.nowMs() - this.#standstill.totalMs;
    // Most of the time nothing is overdue, and the kernel need not be asked.
    if (overdueAt(nowMs) === undefined) return undefined;
    const failure = overdueAt(nowMs - this.#starvedMs());
    return failure === undefined ? undefined : { ...failure, atMs: this.#clock.nowMs() };
  }

  /** Load on the host that began after the boot: how long the machines that booted have waited for a processor since, the longest. */
  #starvedMs(): number {
    const since = this.#sessions.map(({ name, machine }) => {
      const atBootMs = this.#starvedAtBootMs.get(name);
      return atBootMs === undefined ? 0 : (machine?.starvedMs?.() ?? 0) - atBootMs;
    });
    return Math.max(0, ...since);
  }

  #armDeadline(ms: number): void {
    this.#timers.add(setTimeout(() => this.#deadlinePassed(), Math.max(0, ms)));
  }

  #deadlinePassed(): void {
    this.#standstill.tick(this.#clock.nowMs());
    const owedMs = this.#standstill.totalMs - this.#deadlineMovedMs;
    this.#deadlineMovedMs += owedMs;
    if (owedMs > 0) this.#armDeadline(owedMs);
    else this.#failIfStill(() => this.#timedOut());
  }

  /** Nothing is said to be missing before everything that has come was read. */
  #failIfStill(look: () => RunFailure | undefined): void {
    if (this.#isDraining || look() === undefined) return;
    this.#isDraining = true;
    void this.#drain().then(() => {
      this.#isDraining = false;
      const failure = this.#isOver ? undefined : look();
      if (failure !== undefined) this.#fail(failure);
    });
  }

  async #drain(): Promise<void> {
    for (let turn = 0; turn < DRAIN_TURNS; turn += 1) {
      for (const { console } of this.#sessions) console.drain();
      // Standard output of the machines is read between two turns of the event loop.
      await nextTurn();
    }
  }

  #timedOut(): RunFailure {
    const waiting = this.#ladder.rungs.find((rung) => rung.seen < rung.count);
    const where = waiting === undefined ? "for the power-off" : `for "${waiting.text}"`;
    const moved = this.#deadlineMovedMs === 0 ? "" : `, moved by ${seconds(this.#deadlineMovedMs)} of standstill`;
    const detail = `after ${seconds(this.#options.timeoutMs)}${moved}, waiting ${where}`;
    return { code: "timed-out", node: waiting?.node, marker: waiting?.marker, detail, atMs: this.#clock.nowMs() };
  }

  #interrupted(): void {
    const reason = String(this.#options.signal.reason);
    this.#fail({ code: "interrupted", node: undefined, marker: undefined, detail: reason, atMs: this.#clock.nowMs() });
  }

  /** The first failure is the run's; after a crash the console may go on for a moment, but nothing makes it undone. */
  #fail(failure: RunFailure): void {
    if (this.#options.without?.has(failure.code) === true) return;
    this.#failure ??= failure;
    if (this.#failure.code !== "crashed") this.#finish({ kind: "failed", failure: this.#failure });
    else this.#timers.add(setTimeout(() => this.#finish({ kind: "powered-off" }), CRASH_DRAIN_MS));
  }

  #finish(end: WatchEnd): void {
    this.#isOver = true;
    this.#settle?.(this.#failure === undefined ? end : { kind: "failed", failure: this.#failure });
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
