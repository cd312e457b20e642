/**
 * The runs of many seeds, spread over the cores: a thread for each, in which this same program runs the stretches that it is told. What they
 * find doesn't depend on who ran them.
 */
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { SimValues } from "../../../contract/sim-options.ts";
import { resultsOf, type SeedFindings } from "./run-seeds.ts";
import { checkSimValues, type SimArguments } from "./sim-arguments.ts";

/** A thread takes as long to begin as a few runs do. */
const FEWEST_RUNS = 24;
/** At a time: few enough that no thread is left with all the work at the end. */
const STRETCH_SEEDS = 8;

/** Seeds of one scenario that one thread runs, one after the other. */
interface Stretch {
  /** Its place among the scenarios that were asked for. */
  readonly index: number;
  readonly firstSeed: number;
  readonly lastSeed: number;
}

/** Whether spreading is of use: a trace or a capture is of one run. */
export function isWorthSpreading({ scenarios, firstSeed, lastSeed }: SimArguments): boolean {
  return availableParallelism() > 1 && scenarios.length * (lastSeed - firstSeed + 1) >= FEWEST_RUNS;
}

/**
 * @param program the file of this program
 * @param values as the program was given them
 * @param onThreadEnd for tests
 * @returns for each scenario, in their order, what its seeds came to, in theirs
 */
export function spreadSeeds(
  program: URL,
  values: SimValues,
  args: SimArguments,
  onThreadEnd: () => void = () => undefined,
): Promise<SeedFindings[]>[] {
  const stretches = args.scenarios.map((_, index) => stretchesOf(index, args));
  const waiting = stretches.flat();
  const settled = new Map<Stretch, PromiseWithResolvers<SeedFindings[]>>();
  for (const stretch of waiting) settled.set(stretch, withResolvers());
  const threads = Math.min(availableParallelism(), waiting.length);
  const workers: Worker[] = [];
  for (let thread = 0; thread < threads; thread += 1) {
    const worker = new Worker(program, { workerData: values });
    workers.push(worker);
    worker.once("exit", onThreadEnd);
    let current: Stretch | undefined;
    const giveNext = (): void => {
      current = waiting.shift();
      if (current === undefined) void worker.terminate();
      else worker.postMessage(current);
    };
    worker.on("message", (results: SeedFindings[]) => {
      if (current !== undefined) settled.get(current)?.resolve(results);
      giveNext();
    });
    worker.on("error", (error) => {
      for (const { reject } of settled.values()) reject(error);
      for (const one of workers) void one.terminate();
    });
    giveNext();
  }
  return stretches.map((own) => {
    const all = Promise.all(own.map((stretch) => settled.get(stretch)?.promise ?? Promise.resolve([])));
    const results = all.then((each) => each.flat());
    // Scenarios are asked for one after the other: what breaks before its turn is told then.
    results.catch(() => undefined);
    return results;
  });
}

/** In a thread: runs what it is told. @returns whether this is one */
export function serveAsWorker(): boolean {
  if (isMainThread || parentPort === null) return false;
  const port = parentPort;
  const args = checkSimValues(workerData as SimValues);
  port.on("message", (stretch: Stretch) => void run(stretch));
  return true;

  async function run({ index, firstSeed, lastSeed }: Stretch): Promise<void> {
    const scenario = args.scenarios[index];
    if (scenario !== undefined) port.postMessage(await resultsOf(scenario, { ...args, firstSeed, lastSeed }));
  }
}

function stretchesOf(index: number, { firstSeed, lastSeed }: SimArguments): Stretch[] {
  const stretches: Stretch[] = [];
  for (let first = firstSeed; first <= lastSeed; first += STRETCH_SEEDS) {
    stretches.push({ index, firstSeed: first, lastSeed: Math.min(first + STRETCH_SEEDS - 1, lastSeed) });
  }
  return stretches;
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** As `Promise.withResolvers` of later Nodes. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolved, onRejected) => ([resolve, reject] = [onResolved, onRejected]));
  return { promise, resolve, reject };
}
