import { availableCores, availableMemoryMib, machineCapacity, Slots } from "../host/capacity.ts";
import { ArtifactFolder, pruneRuns } from "./result/artifact-folder.ts";
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
}

export interface BatchOutcome {
  /** In the order of the requests. */
  readonly results: readonly RunResult[];
  /** What runs threw instead of ending with a verdict: a folder that can't be made, or a bug. */
  readonly errors: readonly unknown[];
}

/** Runs all, as many at once as the machine takes. One that throws costs no other its result; an abort leaves the rest out. */
export async function runBatch(options: BatchOptions): Promise<BatchOutcome> {
  const { requests, equipment, reporter, signal, ports } = options;
  const profiles = requests.map((request) => request.loaded.profile);
  const machineMib = largestMachineMib(profiles);
  const slots = new Slots(machineCapacity(availableCores(), availableMemoryMib(), machineMib));
  const lastPassed = new Map<string, Finished>();
  const outcomes = await Promise.allSettled(
    requests.map((request, turn) =>
      slots.run(machinesOf(request.loaded.profile), async () => {
        if (signal.aborted) return undefined;
        const result = await runProfile(request, equipment, reporter, signal, ports);
        if (result.passed && options.removePassed) keepLast(lastPassed, { result, turn });
        return result;
      }),
    ),
  );
  for (const folder of new Set(requests.map((request) => request.runsFolder))) pruneRuns(folder);
  return {
    results: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? (outcome.value ?? []) : [])),
    errors: outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : [])),
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
