import { existsSync } from "node:fs";
import { finishedSummaryOf, readableSummary, type FinishedSummary } from "../../compare/finished-summary.ts";
import { summaryOfRun } from "../../run/result/summary.ts";
import { MAX_REPORTED_RUNS, makeReportPage } from "../html/write-report.ts";
import type { CommandOutcome, LeftRun, Reporter } from "./reporter.ts";

/** Runs left out, or broken off, that are named one by one. */
const MAX_NAMED = 50;

/** One page of all runs: `udpsec report` for a whole batch. */
export const htmlReporter = {
  name: "html",
  standardFile: "report.html",
  async closing(
    { results, thrown, left }: CommandOutcome,
    announce: (line: string) => void,
    step: (text: string) => void,
  ): Promise<string> {
    // Of many repeats only failures, and one that passed, have their folders still.
    const kept = results.filter(({ artifactsFolder }) => existsSync(artifactsFolder));
    const failed = kept.filter(({ passed }) => !passed);
    const shown = [...failed, ...kept.filter(({ passed }) => passed)].slice(0, MAX_REPORTED_RUNS);
    const lost = results.filter((run) => !run.passed && !kept.includes(run));
    const remarks = [
      ...lost
        .map((run) => `${nameOf(run)} failed, and its files are not there: ${run.fullCode}: ${run.detail}`)
        .slice(0, MAX_NAMED),
      ...thrown.map((run) => `${nameOf(run)} ended without a verdict: ${run.code}: ${run.message}`).slice(0, MAX_NAMED),
      ...left.map((run) => `${nameOf(run)} never began`).slice(0, MAX_NAMED),
      ...missing(results.length, kept.length + lost.length, kept.length - shown.length),
    ];
    const folders = kept.filter((run) => shown.includes(run)).map(({ artifactsFolder }) => artifactsFolder);
    const { html, problems } = await makeReportPage(folders, announce, { remarks, step, summaries: toldOf(kept) });
    for (const problem of problems) announce(problem);
    return html;
  },
} satisfies Reporter;

/** A disk that was full has no summary: what became of such a run is known here still. */
function toldOf(results: CommandOutcome["results"]): Map<string, FinishedSummary> {
  const untold = results.filter(({ artifactsFolder }) => readableSummary(artifactsFolder) === undefined);
  return new Map(untold.map((run) => [run.artifactsFolder, finishedSummaryOf(summaryOfRun(run))]));
}

/** @param told how many are on the page or named above @param beyond how many have no place on it */
function missing(all: number, told: number, beyond: number): string[] {
  return [
    ...(all === 0 ? ["No run came to a verdict."] : []),
    ...(all > told ? [`${all - told} of ${all} runs passed, and nothing was kept of them.`] : []),
    ...(beyond > 0 ? [`${beyond} runs more than ${MAX_REPORTED_RUNS} are not on this page.`] : []),
  ];
}

function nameOf({ profile, seed }: LeftRun): string {
  return seed === undefined ? profile : `${profile} (seed ${seed})`;
}
