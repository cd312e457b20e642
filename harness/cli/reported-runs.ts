/** Which runs a report is of: single ones by folder or name, and all that a folder holds. */
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { readableSummary, SUMMARY_FILE } from "../compare/finished-summary.ts";
import { findRun } from "../compare/run-folder.ts";
import { MAX_REPORTED_RUNS } from "../report/html/write-report.ts";
import { readRunFolderName } from "../run/result/run-folder-name.ts";
import { usageError } from "./command.ts";

/** Older ones in a folder are not looked at. */
const MAX_LOOKED_AT = 1_000;

export interface ReportedRuns {
  /** Each of a finished run. */
  readonly folders: readonly string[];
  /** Sentences about what is not among them. */
  readonly remarks: readonly string[];
  /** Where the page belongs. */
  readonly home: string;
}

/** @param asked runs, or folders of runs, at least one @throws HarnessError `run-unknown`, `run-damaged`; CliError `usage` */
export function reportedRuns(asked: readonly string[], runsFolder: string): ReportedRuns {
  const parts = asked.map((one) => {
    const names = namesIn(resolve(one));
    return names.length === 0 ? single(findRun(one, runsFolder)) : all(resolve(one), names);
  });
  const folders = parts.flatMap((part) => part.folders);
  if (folders.length > MAX_REPORTED_RUNS)
    throw usageError(`${folders.length} runs, at most ${MAX_REPORTED_RUNS}`, "name fewer");
  return { folders, remarks: parts.flatMap(({ remarks }) => remarks), home: parts[0]?.home ?? runsFolder };
}

function single(folder: string): ReportedRuns {
  return { folders: [folder], remarks: [], home: folder };
}

/** As a batch is shown: of too many those that failed, and the newest of the others. */
function all(folder: string, names: readonly string[]): ReportedRuns {
  const runs = names.slice(0, MAX_LOOKED_AT).map((name) => join(folder, name));
  const told = new Map(runs.map((run) => [run, readableSummary(run)]));
  const finished = runs.filter((run) => told.get(run) !== undefined);
  const failed = finished.filter((run) => told.get(run)?.passed === false);
  const shown = new Set([...failed, ...finished.filter((run) => !failed.includes(run))].slice(0, MAX_REPORTED_RUNS));
  const others = runs.filter((run) => !finished.includes(run)).map((run) => basename(run));
  const more = names.length - others.length - shown.size;
  return {
    // In the order in which they were made.
    folders: finished.filter((run) => shown.has(run)).reverse(),
    remarks: [
      ...(others.length === 0
        ? []
        : [`Without a result: ${others.slice(0, 5).join(", ")}${others.length > 5 ? ", ..." : ""}`]),
      ...(more === 0 ? [] : [`${more} runs more than ${MAX_REPORTED_RUNS} are not on this page.`]),
    ],
    home: folder,
  };
}

/** @returns folders called as runs are, newest first; nothing in one that is a run itself or holds no finished one */
function namesIn(folder: string): string[] {
  if (!existsSync(folder) || existsSync(join(folder, SUMMARY_FILE)) || !lstatSync(folder).isDirectory()) return [];
  const timeOf = (name: string): string => readRunFolderName(name)?.time ?? "";
  const names = readdirSync(folder)
    .filter((name) => timeOf(name) !== "" && lstatSync(join(folder, name)).isDirectory())
    .sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
  return names.some((name) => existsSync(join(folder, name, SUMMARY_FILE))) ? names : [];
}
