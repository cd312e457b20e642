import { existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { HarnessError } from "../host/harness-error.ts";
import { readRunFolderName } from "../run/result/run-folder-name.ts";
import { readSummary, SUMMARY_FILE, type FinishedSummary } from "./finished-summary.ts";

/**
 * What a run is compared with if nobody says: the newest run of the same profile that passed and went to its end, itself aside.
 *
 * @param run its folder @returns the folder of the other @throws HarnessError `run-unknown`, `run-damaged` for the run itself
 */
export function lastGreenRun(run: string, runsFolder: string): string {
  const { profile } = readSummary(run);
  const names = existsSync(runsFolder) ? readdirSync(runsFolder) : [];
  const newestFirst = names.filter((name) => timeOf(name) !== "").sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
  for (const name of newestFirst) {
    const folder = join(runsFolder, name);
    if (!existsSync(join(folder, SUMMARY_FILE)) || realpathSync(folder) === realpathSync(run)) continue;
    const summary = summaryIfReadable(folder);
    if (summary?.profile === profile && summary.passed && !summary.cut) return realpathSync(folder);
  }
  const message = `there is no green run of ${profile} to compare ${basename(run)} with in ${runsFolder}`;
  throw new HarnessError("run-unknown", message, `make one (udpsec test ${profile}), or name two runs`);
}

function timeOf(name: string): string {
  return readRunFolderName(name)?.time ?? "";
}

/** What can't be read of a neighbour says nothing of the run that was asked about. */
function summaryIfReadable(folder: string): FinishedSummary | undefined {
  try {
    return readSummary(folder);
  } catch (error) {
    if (error instanceof HarnessError) return undefined;
    throw error;
  }
}
