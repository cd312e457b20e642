import { EventKind } from "../../../contract/events.ts";
import { userPattern } from "../../console/user-pattern.ts";
import type { ReceivedEvent } from "../../console/event-collector.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";
import { canBeToldToEnd } from "../../guests/guest-kind.ts";
import type { HarnessError } from "../../host/harness-error.ts";
import type { Ladder } from "../../markers/ladder.ts";
import { placeName, type RunFailure, type RungState } from "../../markers/ladder-spec.ts";
import type { LadderStep } from "../../markers/node-ladder.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { RunClock } from "../../worlds/live/clock.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";
import type { HandsOn, LiveNode } from "../../worlds/live/live-node.ts";
import { whereaboutsOf, type Whereabouts } from "../../worlds/live/whereabouts.ts";
import type { LiveListener, LiveRun } from "../../worlds/live/world.ts";
import { failureOfError } from "../judge/failure-of-error.ts";
import { endingFailure } from "../judge/machine-ending.ts";
import type { HeldRun, RunHeading, RunReporter } from "../request/run-reporter.ts";
import { ActionScript, type StruckAction } from "./actions.ts";
import { ByHand } from "./by-hand.ts";
import { holdRun } from "./hold.ts";
import { TimeLimits } from "./time-limits.ts";
import { Typist, type Typing } from "./typist.ts";

/** After the first sign of a crash the console may still say more about it. */
const CRASH_DRAIN_MS = 400;

export interface ScriptOptions {
  readonly profile: Profile;
  readonly ladder: Ladder;
  readonly clock: RunClock;
  /** Of the run's artifacts. */
  readonly folder: string;
  readonly timeoutMs: number;
  readonly scalesTimeout?: boolean;
  /** End at the last rung instead of waiting for the machines' power-off. */
  readonly untilMarker: boolean;
  /** The user's: aborted with the name of a process signal. */
  readonly signal: AbortSignal;
  /** Codes that do not count. */
  readonly without?: ReadonlySet<string> | undefined;
  /** A run that has failed while it lived is held for so long, at most; undefined: it is ended at once. */
  readonly holdMs?: number | undefined;
  /** Neither budgets nor the deadline count. */
  readonly isUnlimited?: boolean;
  readonly reporter: RunReporter;
  readonly heading: RunHeading;
}

export interface PlayedRun {
  /** The first thing that went wrong while it lived, if anything did. */
  readonly failure: RunFailure | undefined;
  readonly finished: FinishedRun;
  /** Where its nodes were when a limit had passed; empty: none has. */
  readonly whereabouts: readonly Whereabouts[];
}

/**
 * A profile as a script over a live run: follows each machine up its ladder, does what the profile asks to be done, and ends the run when
 * its outcome is known. The only place where a run waits.
 */
export class ProfileScript implements LiveListener {
  readonly #options: ScriptOptions;
  readonly #limits: TimeLimits;
  readonly #nodes: LiveNode[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onAbort = (): void => this.#interrupted();
  readonly #outcome: Promise<void>;
  #isKnown: () => void = () => undefined;
  #live: LiveRun | undefined;
  #failure: RunFailure | undefined;
  #isOutOfTime = false;
  #isToldToEnd = false;
  readonly #typists = new Map<LiveNode, Typist>();
  readonly #isEnding = new Set<LiveNode>();
  readonly #actions: ActionScript;
  readonly #byHand = new ByHand();

  constructor(options: ScriptOptions) {
    const { ladder, clock, timeoutMs, scalesTimeout = false, isUnlimited = false, profile } = options;
    this.#options = options;
    this.#limits = new TimeLimits({
      ladder,
      clock,
      timeoutMs,
      scalesTimeout,
      isUnlimited,
      onPassed: (failure) => this.#limitPassed(failure),
    });
    this.#actions = new ActionScript({
      ...{ actions: profile.action, clock, folder: options.folder },
      node: (name) => this.#nodes.find((node) => node.name === name),
      network: () => this.#live?.network,
      onStruck: (struck) => options.reporter.action(options.heading, struck),
      onFailed: (failure) => this.#fail(failure),
      onDone: () => this.#acted(),
    });
    this.#outcome = new Promise((resolve) => (this.#isKnown = resolve));
  }

  /** What was done to the run. */
  get actions(): readonly StruckAction[] {
    return [...this.#actions.struck, ...this.#byHand.done];
  }

  /** Factor on all budgets, from the boot. */
  get scale(): number {
    return this.#limits.scale;
  }

  /** By node, ms. */
  get starvedMs(): Readonly<Record<string, number>> {
    return this.#limits.starvedMs;
  }

  /**
   * Plays the profile from the first machine's start to the last one's end; nothing of the run is alive when it resolves.
   *
   * @param begin starts the run with this script as its listener
   */
  async play(begin: (listener: LiveListener) => LiveRun): Promise<PlayedRun> {
    const live = begin(this);
    this.#live = live;
    let failure: RunFailure | undefined;
    let finished: FinishedRun;
    let whereabouts: readonly Whereabouts[] = [];
    try {
      // A peer on the host may never listen, a machine never start: the deadline counts meanwhile, and the start is given up at it.
      const known = this.#watch();
      void known.then(() => live.giveUpStart());
      await live.started;
      this.#tellDebuggers();
      this.#actions.start();
      await known;
      if (this.#isOutOfTime)
        whereabouts = await whereaboutsOf(this.#nodes, { scale: this.scale, signal: this.#options.signal });
      await this.#hold();
    } catch (error) {
      failure = failureOfError(error);
    } finally {
      this.#isKnown();
      finished = await live.end();
    }
    // What the last bytes said, after the outcome seemed known, counts as well.
    return { failure: this.#failure ?? failure ?? this.#actions.missed(), finished, whereabouts };
  }

  joined(node: LiveNode): void {
    this.#nodes.push(node);
    this.#limits.joined(node);
    if (!node.planned.plan.kind.boots) this.#options.ladder.booted(node.name, this.#options.clock.nowMs());
  }

  /** Something of the harness itself broke: the run can't be judged. */
  broken(error: HarnessError): void {
    this.#fail(failureOfError(error));
  }

  line(node: LiveNode, line: ConsoleLine): void {
    this.#typistOf(node).lineEnded();
    const isBoot = node.planned.plan.kind.console.bootSign?.test(line.text) === true;
    if (isBoot && node.bootMs === undefined) this.#booted(node, line.atMs);
    this.#take(node, this.#options.ladder.line(node.name, line));
    // The event port may have been read first: then the last line is what completes the ladders.
    this.#endWhenDone();
  }

  rebooted(node: LiveNode): void {
    const { ladder, clock } = this.#options;
    this.#typistOf(node).lineEnded();
    this.#live?.network?.note(`${node.name}: boots again`);
    this.#take(node, ladder.rebooted(node.name, clock.nowMs()));
  }

  byHand({ name }: LiveNode, what: HandsOn): void {
    const { clock, reporter, heading } = this.#options;
    const struck = this.#byHand.note(name, what, clock.nowMs());
    if (struck === undefined) return;
    this.#live?.network?.note(struck.what);
    reporter.action(heading, struck);
  }

  unfinished(node: LiveNode): void {
    this.#type(node);
  }

  event(node: LiveNode, event: ReceivedEvent): void {
    const { text } = event.data;
    if (event.kind === EventKind.MARKER && typeof text === "string") {
      this.#take(node, this.#options.ladder.markerEvent(node.name, text, event.arrivedMs));
    }
    this.#endWhenDone();
  }

  exited({ name, exit, expected }: LiveNode): void {
    if (exit === undefined) return;
    const { ladder } = this.#options;
    const failure = endingFailure(name, exit, expected);
    const isByItself = expected !== "killed" && expected !== "ended-by-us";
    const missing = isByItself && !ladder.nodeComplete(name) ? ladder.missing(name) : undefined;
    const found = failure ?? missing;
    if (found !== undefined) this.#fail(found);
    this.#endWhenDone();
    this.#checkExits();
  }

  #tellDebuggers(): void {
    const { reporter, heading } = this.#options;
    for (const { name, machine } of this.#nodes)
      if (machine?.gdbCommand !== undefined)
        reporter.debuggable?.(heading, { node: name, command: machine.gdbCommand });
  }

  async #hold(): Promise<void> {
    const { holdMs, folder, signal, reporter, heading } = this.#options;
    if (holdMs === undefined || this.#failure === undefined) return;
    const onHeld = (held: HeldRun): void => reporter.held?.(heading, held);
    await holdRun({ nodes: this.#nodes, failure: this.#failure, folder, limitMs: holdMs, signal, onHeld });
  }

  /** From here the deadline, the budgets and the user's signals count. @returns once the outcome is known; the machines may still run */
  async #watch(): Promise<void> {
    const { signal } = this.#options;
    this.#limits.start();
    signal.addEventListener("abort", this.#onAbort);
    if (signal.aborted) this.#interrupted();
    this.#checkExits();
    await this.#outcome;
    signal.removeEventListener("abort", this.#onAbort);
    this.#limits.end();
    this.#actions.end();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #booted(node: LiveNode, atMs: number): void {
    node.bootMs = atMs;
    this.#limits.booted(node);
    this.#options.ladder.booted(node.name, atMs);
  }

  #take(node: LiveNode, steps: readonly LadderStep[]): void {
    for (const step of steps) {
      switch (step.kind) {
        case "failure":
          this.#fail(step.failure);
          break;
        case "marker":
          this.#live?.network?.note(`${node.name}: ${step.text}`);
          break;
        case "rung":
          this.#reached(node, step.rung);
      }
    }
    this.#endWhenComplete();
  }

  #acted(): void {
    this.#endWhenComplete();
    this.#endWhenDone();
  }

  #endWhenComplete(): void {
    const { untilMarker, ladder } = this.#options;
    if (untilMarker && ladder.complete && !this.#actions.isPending) this.#isKnown();
  }

  #reached(node: LiveNode, rung: RungState): void {
    const { clock, reporter, heading } = this.#options;
    // A guest without a boot sign shows its boot with its first marker.
    if (node.bootMs === undefined) this.#booted(node, rung.reachedMs ?? clock.nowMs());
    this.#live?.network?.reached(rung.place);
    reporter.rung(heading, rung);
    this.#actions.reached(rung);
    this.#typeEverywhere();
  }

  /** What one node waits for may have come on another. */
  #typeEverywhere(): void {
    for (const node of this.#nodes) this.#type(node);
  }

  #type(node: LiveNode): void {
    const waiting = this.#options.ladder.waitingFor(node.name);
    const typing = this.#typistOf(node).next(waiting, node.unfinished);
    if (typing === undefined) return;
    this.#live?.network?.note(`typed on ${node.name}: ${typing.text}`);
    node.type(typing.text, typing.enter);
  }

  #typistOf(node: LiveNode): Typist {
    const known = this.#typists.get(node);
    if (known !== undefined) return known;
    const { profile, ladder } = this.#options;
    const rungs = profile.node.find(({ name }) => name === node.name)?.rung ?? [];
    const typist = new Typist(
      new Map(rungs.map(({ send, ...rung }) => [placeName({ ...rung, node: node.name }), send.map(typingOf)])),
      (place) => ladder.isReached(place),
    );
    this.#typists.set(node, typist);
    return typist;
  }

  /**
   * Daemons with peers on other machines don't know when the last of them is done; the run does: every ladder is complete and every
   * self-test gone.
   */
  #endWhenDone(): void {
    const { profile, ladder } = this.#options;
    if (!ladder.complete || this.#actions.isPending) return;
    this.#endTheEndless();
    if (this.#isToldToEnd || profile.node.length === 1) return;
    const running = this.#nodes.filter(({ exit, expected }) => exit === undefined && expected === "power-off");
    const isDone = running.every(({ endedSelftests, planned }) => {
      return endedSelftests >= planned.plan.node.processes.filter(({ kind }) => kind === "selftest").length;
    });
    if (!isDone) return;
    this.#isToldToEnd = true;
    for (const { machine, planned } of running) if (canBeToldToEnd(planned.plan.kind)) machine?.endInOrder();
  }

  /** Guests that don't power themselves off: after their last marker and their quiet time, or when all others are gone. */
  #endTheEndless(): void {
    const running = this.#nodes.filter(({ exit }) => exit === undefined);
    const isLeft = running.some(({ expected }) => expected === "power-off");
    for (const node of running) {
      if (this.#isEnding.has(node) || (node.expected !== "last-marker" && (node.expected !== "none" || isLeft)))
        continue;
      this.#isEnding.add(node);
      this.#timers.add(setTimeout(() => node.endAsMeant(), node.planned.plan.kind.ending?.quietMs ?? 0));
    }
  }

  #checkExits(): void {
    const isOver = this.#nodes.length > 0 && this.#nodes.every(({ exit }) => exit !== undefined);
    if (isOver) this.#isKnown();
  }

  #limitPassed(failure: RunFailure): void {
    this.#isOutOfTime = this.#failure === undefined;
    this.#fail(failure);
  }

  #interrupted(): void {
    const { signal, clock } = this.#options;
    const detail = String(signal.reason);
    this.#fail({ code: "interrupted", node: undefined, marker: undefined, detail, atMs: clock.nowMs() });
  }

  /** The first failure is the run's; after a crash the console may go on for a moment, but nothing makes it undone. */
  #fail(failure: RunFailure): void {
    if (this.#options.without?.has(failure.code) === true) return;
    this.#failure ??= failure;
    if (this.#failure.code !== "crashed") this.#isKnown();
    else this.#timers.add(setTimeout(this.#isKnown, CRASH_DRAIN_MS));
  }
}

function typingOf({ prompt, ...typing }: Profile["node"][number]["rung"][number]["send"][number]): Typing {
  return { ...typing, prompt: userPattern(`(?:${prompt})$`) };
}
