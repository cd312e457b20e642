/** All cases: as many at a time as there are lanes, those that must be alone on a target of their own or at the end. */
import { HarnessError } from "../../host/harness-error.ts";
import type { ConformCase, DiallingCase, ListeningCase } from "../stage/conform-case.ts";
import type { ToldWait } from "../stage/dialled-stage.ts";
import type { DialledLane, Diallers, Ground, Lane } from "../stage/ground.ts";
import { type ConformResult, countsOf, type Replayed } from "./conform-result.ts";
import { letsIn, lookAround, type TargetSurroundings } from "./look-around.ts";
import { awayBehind, isUntouched, judgedFairly, starvationOf, withCrash } from "./fair-verdict.ts";
import { inconclusive, obstacleOf, obstacleOfMode, playCase, playDialledCase } from "./play-case.ts";

const DIALS_AT_A_TIME = 8;
/** Whoever is given less for what it does at once may still have much to tidy up behind a case, or wait for a processor. */
const LOOK_MS = 15_000;
const LOOK_PATIENCES = 3;

export interface SuiteOptions {
  /** How long the target may take for what it does at once. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onStart?: (conformCase: ConformCase) => void;
  readonly onResult?: (result: ConformResult) => void;
  /** Told what a case waits for as long as that depends on when the target dials. */
  readonly waits?: <T>(conformCase: ConformCase, what: string, wait: () => Promise<T>) => Promise<T>;
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
  return await new SuiteRun(cases, ground, options).run();
}

class SuiteRun {
  readonly #cases: readonly ConformCase[];
  readonly #ground: Ground;
  readonly #options: SuiteOptions;
  #around: TargetSurroundings | undefined;
  readonly #results = new Map<string, ConformResult>();
  readonly #startedMs = performance.now();
  /** Played again when all else is done, one at a time. */
  readonly #starved: ListeningCase[] = [];
  readonly #starvedDialling: DiallingCase[] = [];
  readonly #replayed = new Map<string, Replayed>();
  readonly #playing = new Set<string>();
  readonly #looks = new Set<Promise<unknown>>();
  #error: HarnessError | undefined;
  /** Nobody dials (any more): who listens may be asked all the same. */
  #dialError: HarnessError | undefined;
  #hasDialled = false;

  constructor(cases: readonly ConformCase[], ground: Ground, options: SuiteOptions) {
    this.#cases = cases;
    this.#ground = ground;
    this.#options = options;
  }

  async run(): Promise<SuiteResult> {
    const { signal } = this.#options;
    // Whoever wants out gets what there is at once: what a case still waits for is nobody's any more.
    await Promise.race([this.#all(), aborted(signal)]);
    const error = this.#error ?? this.#dialError;
    if (error !== undefined && !signal.aborted) this.#giveUpRest(error);
    const results = this.#cases.flatMap(({ id }) => this.#results.get(id) ?? []);
    return { results, durationMs: Math.round(performance.now() - this.#startedMs), error };
  }

  async #all(): Promise<void> {
    const { diallers, lanes } = this.#ground;
    const [lane] = lanes;
    if (lane !== undefined) this.#around = await lookAround(lane, this.#options.patienceMs);
    if (this.#isOver) return;
    await Promise.all([this.#listening(), ...(diallers === undefined ? [] : [this.#dialling(diallers)])]);
    await this.#lastLook();
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
    if (this.#isOver || this.#dialError !== undefined) return;
    const lanes = await Promise.all(batch.map(async (one) => ({ one, lane: await diallers.laneOf(one) })));
    const askable = lanes.filter(({ one, lane }) => this.#canBeAsked(one, lane));
    if (askable.length === 0) return;
    const playing = askable.map(({ one, lane }) => this.#playDialled(one, lane, diallers));
    try {
      await diallers.start();
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      this.#error ??= error;
    }
    await Promise.all(playing);
  }

  #canBeAsked(one: DiallingCase, { mode }: DialledLane): boolean {
    const obstacle = obstacleOfMode(one, mode);
    if (obstacle !== undefined) this.#note(inconclusive(one, obstacle));
    return obstacle === undefined;
  }

  async #playDialled(one: DiallingCase, lane: DialledLane, { isTogether, hint }: Diallers): Promise<void> {
    const { onStart, patienceMs, waits, signal } = this.#options;
    onStart?.(one);
    // Of many who wait at a time a line each would say nothing.
    const tell: ToldWait | undefined = isTogether ? undefined : waits && ((what, wait) => waits(one, what, wait));
    const played = await playDialledCase(one, lane, patienceMs, tell);
    const result = withCrash(played, await lane.stop?.());
    if (signal.aborted) return;
    if (isUntouched(played)) return this.#missDialler(result, lane, hint);
    this.#hasDialled = true;
    const why = starvationOf(result, undefined);
    if (why !== undefined && this.#isFirst(result, why)) return void this.#starvedDialling.push(one);
    this.#note(judgedFairly(result, why));
    if (result.verdict === "fail") this.#error ??= this.#ground.gone;
  }

  /** Not one packet has come: who never dialled broke no rule, who did and doesn't any more may have died of what came before. */
  #missDialler(result: ConformResult, { at: { place } }: DialledLane, hint: string): void {
    const { conformCase, detail } = result;
    const where = `${place.address}:${place.port}`;
    if (this.#hasDialled) this.#note(result);
    this.#dialError ??=
      this.#ground.gone ??
      (this.#hasDialled
        ? new HarnessError(
            "conform-target-gone",
            `the target dials ${where} no more since ${conformCase.id}: ${detail}`,
            `${hint} What came before is told.`,
            { kind: "check-failed" },
          )
        : new HarnessError("conform-nobody", `nobody dials the suite at ${where}: ${detail}`, hint));
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
      // Who may be dead is asked nothing new until that is known.
      await Promise.all(this.#looks);
      if (this.#isOver) return;
      await this.#play(next, lane, around);
    }
  }

  async #play(conformCase: ListeningCase, lane: Lane, around: TargetSurroundings): Promise<void> {
    const obstacle = obstacleOf(conformCase, around);
    if (obstacle !== undefined) return this.#note(inconclusive(conformCase, obstacle));
    this.#options.onStart?.(conformCase);
    this.#playing.add(conformCase.id);
    const result = await playCase(conformCase, lane, this.#options.patienceMs);
    const beside = [...this.#playing].filter((id) => id !== conformCase.id);
    if (this.#options.signal.aborted) return;
    const tookMs = result.verdict === "fail" ? await this.#isStillThere(conformCase, lane, around, beside) : undefined;
    this.#playing.delete(conformCase.id);
    const why = starvationOf(result, tookMs);
    if (why !== undefined && this.#isFirst(result, why)) return void this.#starved.push(conformCase);
    const againMs = why === undefined ? undefined : await this.#isStillThere(conformCase, lane, around, beside);
    const away = awayBehind(result, tookMs, againMs);
    this.#note(away === undefined ? judgedFairly(result, why) : { ...result, detail: `${result.detail}; ${away}` });
  }

  /** Who fails may have died of it: then nothing more can be asked. @returns after how many ms it let the suite in */
  async #isStillThere(
    { id }: ConformCase,
    lane: Lane,
    around: TargetSurroundings,
    beside: readonly string[],
  ): Promise<number | undefined> {
    const look = this.#look(lane, around, `since ${id}${beside.length === 0 ? "" : `, beside ${beside.join(", ")}`}`);
    this.#looks.add(look);
    return await look.finally(() => this.#looks.delete(look));
  }

  async #look(lane: Lane, around: TargetSurroundings, since: string): Promise<number | undefined> {
    const ownMs = this.#options.patienceMs;
    const patienceMs = Math.max(ownMs, Math.min(LOOK_PATIENCES * ownMs, LOOK_MS));
    const tookMs = this.#ground.gone === undefined ? await letsIn(lane, around, patienceMs) : undefined;
    if (tookMs !== undefined) return tookMs;
    const { address, port } = lane.target.place;
    this.#error ??=
      this.#ground.gone ??
      new HarnessError(
        "conform-target-gone",
        `the target at ${address}:${port} lets nobody in any more ${since}`,
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
    if (countsOf([...this.#results.values()]).pass > 0) await this.#isStillThere(last, lane, around, []);
  }

  /** Nobody is told of each: what ended the suite says it once. */
  #giveUpRest({ message }: HarnessError): void {
    for (const one of this.#cases)
      if (!this.#results.has(one.id)) this.#results.set(one.id, inconclusive(one, message));
  }

  #note(result: ConformResult): void {
    const replayed = this.#replayed.get(result.conformCase.id);
    const told = replayed === undefined ? result : { ...result, replayed };
    this.#results.set(result.conformCase.id, told);
    this.#options.onResult?.(told);
  }
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

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function waitOf({ isSlow }: ListeningCase): number {
  return isSlow === true ? 1 : 0;
}
