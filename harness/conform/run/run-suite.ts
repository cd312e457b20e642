/** All cases: as many at a time as there are lanes, those that must be alone on a target of their own or at the end. */
import { HarnessError } from "../../host/harness-error.ts";
import type { ConformCase, DiallingCase, ListeningCase } from "../stage/conform-case.ts";
import type { Diallers, Ground, Lane } from "../stage/ground.ts";
import { type ConformResult, countsOf, type Replayed } from "./conform-result.ts";
import { letsIn, lookAround, type TargetSurroundings } from "./look-around.ts";
import { inconclusive, obstacleOf, obstacleOfMode, playCase, playDialledCase } from "./play-case.ts";

const DIALS_AT_A_TIME = 8;
/** Longer than what any case takes for its own work, shorter than the shortest timer of the target's that a late answer may meet. */
const STARVED_MS = 400;
const LOADED_STARVED_MS = 4_000;
/** A target that lets in by its own choice takes a few ms: one that takes so long waits for a processor, as an emulated machine may. */
const SLOW_TARGET_MS = 1_000;

export interface SuiteOptions {
  /** How long the target may take for what it does at once. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onStart?: (conformCase: ConformCase) => void;
  readonly onResult?: (result: ConformResult) => void;
}

export interface SuiteResult {
  /** In the order of the cases; fewer if it was interrupted. */
  readonly results: readonly ConformResult[];
  readonly durationMs: number;
  /** What ended the suite before its end; the results so far are there. */
  readonly error: HarnessError | undefined;
}

/**
 * @param cases of a target that listens only where the ground has lanes, of one that dials only where it has diallers
 * @throws HarnessError `conform-nobody`
 */
export async function runSuite(
  cases: readonly ConformCase[],
  ground: Ground,
  options: SuiteOptions,
): Promise<SuiteResult> {
  const [lane] = ground.lanes;
  const around = lane === undefined ? undefined : await lookAround(lane, options.patienceMs);
  return new SuiteRun(cases, ground, options, around).run();
}

class SuiteRun {
  readonly #cases: readonly ConformCase[];
  readonly #ground: Ground;
  readonly #options: SuiteOptions;
  readonly #around: TargetSurroundings | undefined;
  readonly #results = new Map<string, ConformResult>();
  readonly #startedMs = performance.now();
  /** Played again when all else is done, one at a time. */
  readonly #starved: ListeningCase[] = [];
  readonly #starvedDialling: DiallingCase[] = [];
  readonly #replayed = new Map<string, Replayed>();
  #error: HarnessError | undefined;

  constructor(
    cases: readonly ConformCase[],
    ground: Ground,
    options: SuiteOptions,
    around: TargetSurroundings | undefined,
  ) {
    this.#cases = cases;
    this.#ground = ground;
    this.#options = options;
    this.#around = around;
  }

  async run(): Promise<SuiteResult> {
    const { diallers } = this.#ground;
    await Promise.all([this.#listening(), ...(diallers === undefined ? [] : [this.#dialling(diallers)])]);
    await this.#lastLook();
    if (this.#error !== undefined) this.#giveUpRest(this.#error);
    const results = this.#cases.flatMap(({ id }) => this.#results.get(id) ?? []);
    return { results, durationMs: Math.round(performance.now() - this.#startedMs), error: this.#error };
  }

  async #listening(): Promise<void> {
    const { lanes, alone } = this.#ground;
    const [first] = lanes;
    const around = this.#around;
    if (first === undefined || around === undefined) return;
    const own = this.#cases.filter((one) => one.target === "listens");
    // What waits for long begins first: so the waits overlap.
    const shared = own.filter((one) => one.isAlone !== true).toSorted((a, b) => waitOf(b) - waitOf(a));
    const lonely = own.filter((one) => one.isAlone === true);
    const crowd = Promise.all(lanes.map((lane) => this.#work(lane, shared, around)));
    if (alone === undefined) await crowd.then(() => this.#work(first, lonely, around));
    else await Promise.all([crowd, this.#work(alone, lonely, around)]);
    await this.#work(alone ?? first, this.#starved.splice(0), around);
  }

  async #dialling(diallers: Diallers): Promise<void> {
    const own = this.#cases.filter((one) => one.target === "dials");
    // What waits for timers does so all at once, a crowd doesn't dial at a time; at one port what may end in a fallback comes last.
    const slow = own.filter(({ isSlow }) => isSlow === true);
    const quick = own.filter(({ isSlow }) => isSlow !== true);
    const together = [slow, ...inBatches(quick, DIALS_AT_A_TIME)];
    const apart = own.toSorted((a, b) => dialledTurnOf(a) - dialledTurnOf(b)).map((one) => [one]);
    for (const batch of diallers.isTogether ? together : apart) await this.#playBatch(batch, diallers);
    for (const one of this.#starvedDialling.splice(0)) await this.#playBatch([one], diallers);
  }

  async #playBatch(batch: readonly DiallingCase[], diallers: Diallers): Promise<void> {
    if (this.#isOver || batch.length === 0) return;
    const lanes = await Promise.all(batch.map((one) => diallers.laneOf(one)));
    const playing = batch.map(async (one, index) => {
      const lane = lanes[index];
      if (lane !== undefined) await this.#playDialled(one, lane);
    });
    try {
      await diallers.start();
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      this.#error ??= error;
    }
    await Promise.all(playing);
  }

  async #playDialled(one: DiallingCase, lane: Awaited<ReturnType<Diallers["laneOf"]>>): Promise<void> {
    const obstacle = obstacleOfMode(one, lane.mode);
    if (obstacle !== undefined) return this.#note(inconclusive(one, obstacle));
    this.#options.onStart?.(one);
    const result = await playDialledCase(one, lane, this.#options.patienceMs);
    if (this.#options.signal.aborted) return;
    const why = starvationOf(result, undefined);
    if (why !== undefined && this.#isFirst(result, why)) return void this.#starvedDialling.push(one);
    this.#note(judgedFairly(result, why));
    if (result.verdict === "fail") this.#error ??= this.#ground.gone;
  }

  /** @returns whether it is to be played again; what came of it is told with what comes of it then */
  #isFirst({ conformCase: { id }, detail }: ConformResult, why: string): boolean {
    if (this.#replayed.has(id)) return false;
    this.#replayed.set(id, { why, detail });
    return true;
  }

  get #isOver(): boolean {
    return this.#options.signal.aborted || this.#error !== undefined;
  }

  async #work(lane: Lane, queue: ListeningCase[], around: TargetSurroundings): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (this.#isOver) return;
      await this.#play(next, lane, around);
    }
  }

  async #play(conformCase: ListeningCase, lane: Lane, around: TargetSurroundings): Promise<void> {
    const obstacle = obstacleOf(conformCase, around);
    if (obstacle !== undefined) return this.#note(inconclusive(conformCase, obstacle));
    this.#options.onStart?.(conformCase);
    const result = await playCase(conformCase, lane, this.#options.patienceMs);
    if (this.#options.signal.aborted) return;
    const tookMs = result.verdict === "fail" ? await this.#isStillThere(conformCase, lane, around) : undefined;
    const why = starvationOf(result, tookMs);
    if (why !== undefined && this.#isFirst(result, why)) return void this.#starved.push(conformCase);
    this.#note(judgedFairly(result, why));
  }

  /** Who fails may have died of it: then nothing more can be asked. @returns after how many ms it let the suite in */
  async #isStillThere({ id }: ConformCase, lane: Lane, around: TargetSurroundings): Promise<number | undefined> {
    const tookMs = this.#ground.gone === undefined ? await letsIn(lane, around, this.#options.patienceMs) : undefined;
    if (tookMs !== undefined) return tookMs;
    const { place } = lane.target;
    this.#error ??=
      this.#ground.gone ??
      new HarnessError(
        "conform-target-gone",
        `the target at ${place.address}:${place.port} lets nobody in any more since ${id}`,
        "It may have ended, or hang. What came before is told; start it again, and try that case alone with --only.",
        { kind: "check-failed" },
      );
    return undefined;
  }

  /** A target that died of the last case of all fails it too. */
  async #lastLook(): Promise<void> {
    const last = this.#cases.findLast(({ target }) => target === "listens");
    const [lane] = this.#ground.lanes;
    const around = this.#around;
    if (last === undefined || lane === undefined || around === undefined || this.#isOver) return;
    if (countsOf([...this.#results.values()]).pass > 0) await this.#isStillThere(last, lane, around);
  }

  #giveUpRest(error: HarnessError): void {
    for (const one of this.#cases) if (!this.#results.has(one.id)) this.#note(inconclusive(one, error.message));
  }

  #note(result: ConformResult): void {
    const replayed = this.#replayed.get(result.conformCase.id);
    const told = replayed === undefined ? result : { ...result, replayed };
    this.#results.set(result.conformCase.id, told);
    this.#options.onResult?.(told);
  }
}

/**
 * Who had no turn for so long has been late for the other's timers: what came of it is nobody's fault.
 *
 * @param letInMs how long the target took to let somebody in behind the failure @returns who was late; undefined: nobody
 */
function starvationOf({ verdict, starvedMs, conformCase }: ConformResult, letInMs = 0): string | undefined {
  if (verdict !== "fail") return undefined;
  if (starvedMs >= starvedFrom(conformCase)) return `this host gave the suite no turn for ${starvedMs} ms`;
  return letInMs >= SLOW_TARGET_MS ? `the target took ${Math.round(letInMs)} ms to let somebody in` : undefined;
}

/** A failure of who was starved again says nothing. */
function judgedFairly(result: ConformResult, why: string | undefined): ConformResult {
  if (why === undefined) return result;
  return { ...result, verdict: "inconclusive", detail: `too slow to be judged (${why}): ${result.detail}` };
}

/** Who puts a target under load works for it: what it waits for is no timer of the target's. */
function starvedFrom({ isAlone }: ConformCase): number {
  return isAlone === true ? LOADED_STARVED_MS : STARVED_MS;
}

function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Over udp-sec, what may end in a fallback, TCP. */
function dialledTurnOf({ over }: DiallingCase): number {
  return ["udp", "selection", "tcp"].indexOf(over);
}

function waitOf({ isSlow }: ListeningCase): number {
  return isSlow === true ? 1 : 0;
}
