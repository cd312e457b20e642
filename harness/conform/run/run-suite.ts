/** All cases: as many at a time as there are lanes, those that must be alone on a target of their own or at the end. */
import { HarnessError } from "../../host/harness-error.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import type { Ground, Lane } from "../stage/ground.ts";
import { type ConformResult, countsOf } from "./conform-result.ts";
import { isThere, lookAround, type TargetSurroundings } from "./look-around.ts";
import { inconclusive, obstacleOf, playCase } from "./play-case.ts";

export interface SuiteOptions {
  /** How long the target may take for what it does at once. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onStart?: (conformCase: ListeningCase) => void;
  readonly onResult?: (result: ConformResult) => void;
}

export interface SuiteResult {
  /** In the order of the cases; fewer if it was interrupted. */
  readonly results: readonly ConformResult[];
  readonly durationMs: number;
  /** What ended the suite before its end; the results so far are there. */
  readonly error: HarnessError | undefined;
}

/** @throws HarnessError `conform-nobody` */
export async function runSuite(
  cases: readonly ListeningCase[],
  ground: Ground,
  options: SuiteOptions,
): Promise<SuiteResult> {
  const around = await lookAround(ground.lanes[0], options.patienceMs);
  return new SuiteRun(cases, ground, options, around).run();
}

class SuiteRun {
  readonly #cases: readonly ListeningCase[];
  readonly #ground: Ground;
  readonly #options: SuiteOptions;
  readonly #around: TargetSurroundings;
  readonly #results = new Map<string, ConformResult>();
  readonly #startedMs = performance.now();
  #error: HarnessError | undefined;

  constructor(cases: readonly ListeningCase[], ground: Ground, options: SuiteOptions, around: TargetSurroundings) {
    this.#cases = cases;
    this.#ground = ground;
    this.#options = options;
    this.#around = around;
  }

  async run(): Promise<SuiteResult> {
    const { lanes, alone } = this.#ground;
    // What waits for long begins first: so the waits overlap.
    const shared = this.#cases.filter((one) => one.isAlone !== true).toSorted((a, b) => waitOf(b) - waitOf(a));
    const lonely = this.#cases.filter((one) => one.isAlone === true);
    const crowd = Promise.all(lanes.map((lane) => this.#work(lane, shared)));
    if (alone === undefined) await crowd.then(() => this.#work(lanes[0], lonely));
    else await Promise.all([crowd, this.#work(alone, lonely)]);
    await this.#lastLook();
    if (this.#error !== undefined) this.#giveUpRest(this.#error);
    const results = this.#cases.flatMap(({ id }) => this.#results.get(id) ?? []);
    return { results, durationMs: Math.round(performance.now() - this.#startedMs), error: this.#error };
  }

  async #work(lane: Lane, queue: ListeningCase[]): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (this.#options.signal.aborted || this.#error !== undefined) return;
      await this.#play(next, lane);
    }
  }

  async #play(conformCase: ListeningCase, lane: Lane): Promise<void> {
    const obstacle = obstacleOf(conformCase, this.#around);
    if (obstacle !== undefined) return this.#note(inconclusive(conformCase, obstacle));
    this.#options.onStart?.(conformCase);
    const result = await playCase(conformCase, lane, this.#options.patienceMs);
    if (this.#options.signal.aborted) return;
    this.#note(result);
    if (result.verdict === "fail") await this.#isStillThere(conformCase, lane);
  }

  /** Who fails may have died of it: then nothing more can be asked. */
  async #isStillThere({ id }: ListeningCase, lane: Lane): Promise<void> {
    if (this.#ground.gone === undefined && (await isThere(lane, this.#around, this.#options.patienceMs))) return;
    const { place } = lane.target;
    this.#error ??=
      this.#ground.gone ??
      new HarnessError(
        "conform-target-gone",
        `the target at ${place.address}:${place.port} lets nobody in any more since ${id}`,
        "It may have ended, or hang. What came before is told; start it again, and try that case alone with --only.",
        { kind: "check-failed" },
      );
  }

  /** A target that died of the last case of all fails it too. */
  async #lastLook(): Promise<void> {
    const last = this.#cases.at(-1);
    if (last === undefined || this.#error !== undefined || this.#options.signal.aborted) return;
    if (countsOf([...this.#results.values()]).pass > 0) await this.#isStillThere(last, this.#ground.lanes[0]);
  }

  #giveUpRest(error: HarnessError): void {
    for (const one of this.#cases) if (!this.#results.has(one.id)) this.#note(inconclusive(one, error.message));
  }

  #note(result: ConformResult): void {
    this.#results.set(result.conformCase.id, result);
    this.#options.onResult?.(result);
  }
}

function waitOf({ isSlow }: ListeningCase): number {
  return isSlow === true ? 1 : 0;
}
