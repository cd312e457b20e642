import type { LoadedProfile } from "../profiles/load.ts";
import type { MachineExit } from "../qemu/machine-exit.ts";
import { RESULT_FILES } from "../report/reporters/index.ts";
import { realPorts } from "../run/real-ports.ts";
import type { Equipment, RunRequest } from "../run/request/run-request.ts";
import type { RunPorts } from "../run/opened-run.ts";
import { runProfile } from "../run/run-profile.ts";
import type { RunReporter } from "../run/request/run-reporter.ts";
import type { RunResult } from "../run/result/run-result.ts";
import { recordArtifacts, type RecordedRun } from "./recordings/recording.ts";

/** One run in real machines. @returns its verdict, and the run itself to be judged again */
export async function runVm(
  loaded: LoadedProfile,
  seed: string,
  equipment: Equipment,
  runsFolder: string,
  reporter: RunReporter,
): Promise<{ readonly result: RunResult; readonly recording: RecordedRun }> {
  const exits = new Map<string, MachineExit>();
  const real = realPorts(equipment);
  const ports: RunPorts = {
    ...real,
    gatherEvidence: (run) => {
      for (const { name, exit } of run.finished.nodes)
        if (exit !== undefined && exit.kind !== "process-exit") exits.set(name, exit);
      return real.gatherEvidence(run);
    },
  };
  const request: RunRequest = {
    ...{ loaded, seed, timeoutMs: loaded.profile.timeout, scalesTimeout: true, untilMarker: false },
    ...{ runsFolder, keepOnFailure: false },
    ...{ again: `npm run -s sabotage`, resultFiles: RESULT_FILES },
  };
  const result = await runProfile(request, equipment, reporter, new AbortController().signal, ports);
  return { result, recording: recordArtifacts(loaded, result, result.artifactsFolder, exits) };
}
