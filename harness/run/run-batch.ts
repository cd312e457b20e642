import { availableCores, availableMemoryMib, machineCapacity, Slots } from "../host/capacity.ts";
import { ArtifactFolder } from "./result/artifact-folder.ts";
import type { KeptAtMost } from "./result/kept-at-most.ts";
import { pruneRuns } from "./result/prune-runs.ts";
import { largestMachineMib, machinesOf } from "./request/machine-needs.ts";
import type { Equipment, RunRequest } from "./request/run-request.ts";
import type { RunPorts } from "./opened-run.ts";
import { runProfile } from "./run-profile.ts";
import type { RunReporter } from "./request/run-reporter.ts";
import type { RunResult } from "./result/run-result.ts";

export interface BatchOptions {
  readonly requests: readonly RunRequest[];
  readonly equipment: Equipment;
  readonly reporter: RunReporter;
  readonly signal: AbortSignal;
  readonly ports: RunPorts;
  /** Of many repeats only the failures' artifacts are worth their space, and one good run of each profile to compare them with. */
  readonly removePassed: boolean;
  /** Machines at once; undefined: one per processor. Memory bounds both. */
  readonly jobs?: number | undefined;
  /** Of the folder of runs; default: see there. */
  readonly keptAtMost?: KeptAtMost;
  /** The first that fails is the last: what has begun goes on to its end, nothing more begins. */
  readonly bail?: boolean;
}

/** A run that threw instead of ending with a verdict. */
export interface RunError {
  readonly request: RunRequest;
  readonly error: unknown;
}

export interface BatchOutcome {
  /** In the order of the requests. */
  readonly results: readonly RunResult[];
  /** A folder that can't be made, or a bug. */
  readonly errors: readonly RunError[];
  /** Never begun: the user broke off, or an earlier one failed. */
  readonly left: readonly RunRequest[];
}

/** Runs all, as many at once as the machine takes. One that throws costs no other its result; an abort and `bail` leave the rest out. */
export async function runBatch(options: BatchOptions): Promise<BatchOutcome> {
  const { requests, equipment, reporter, signal, ports } = options;
  const profiles = requests.map((request) => request.loaded.profile);
  const machineMib = largestMachineMib(profiles);
  const slots = new Slots(machineCapacity(options.jobs ?? availableCores(), availableMemoryMib(), machineMib));
  let hasFailed = false;
  const lastPassed = new Map<string, Finished>();
  const outcomes = await Promise.allSettled(
    requests.map((request, turn) =>
      slots.run(machinesOf(request.loaded.profile), async () => {
        if (signal.aborted || (options.bail === true && hasFailed)) return undefined;
        const result = await runProfile(request, equipment, reporter, signal, ports).catch((error: unknown) => {
          hasFailed = true;
          throw error;
        });
        hasFailed ||= !result.passed;
        if (result.passed && options.removePassed) keepLast(lastPassed, { result, turn });
        return result;
      }),
    ),
  );
  for (const folder of new Set(requests.map((request) => request.runsFolder)))
    reporter.pruned?.(pruneRuns(folder, options.keptAtMost));
  return {
    results: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? (outcome.value ?? []) : [])),
    errors: requests.flatMap((request, turn) => {
      const outcome = outcomes[turn];
      return outcome?.status === "rejected" ? [{ request, error: outcome.reason as unknown }] : [];
    }),
    left: requests.filter((_, turn) => {
      const outcome = outcomes[turn];
      return outcome?.status === "fulfilled" && outcome.value === undefined;
    }),
  };
}

interface Finished {
  readonly result: RunResult;
  /** In the order in which runs begin. */
  readonly turn: number;
}

/** The last to begin stays: it may be what `latest` points to. */
function keepLast(lastPassed: Map<string, Finished>, finished: Finished): void {
  const { profile } = finished.result;
  const known = lastPassed.get(profile);
  const isLast = known === undefined || finished.turn > known.turn;
  if (isLast) lastPassed.set(profile, finished);
  const earlier = isLast ? known : finished;
  if (earlier !== undefined) ArtifactFolder.remove(earlier.result.artifactsFolder);
}
