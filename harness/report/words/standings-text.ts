/** Words for how far a run that passed was believed, as terminal and summary share them. */
import type { RunResult } from "../../run/result/run-result.ts";

/** @returns e.g. `confirmed 7, guest's word 0, nothing to judge 0`: of the rungs */
export function formatStandings({ confirmed, guestsWord, nothingToJudge }: RunResult["standings"]): string {
  return `confirmed ${confirmed}, guest's word ${guestsWord}, nothing to judge ${nothingToJudge}`;
}

/** @returns the verdict with whether the run was cut at its last rung: `passed (cut)`, `passed (cut after phase net)` */
export function formatVerdict({
  fullCode,
  passed,
  cut,
  cutAtPhase,
}: Pick<RunResult, "fullCode" | "passed" | "cut" | "cutAtPhase">): string {
  if (!passed || !cut) return fullCode;
  return cutAtPhase === undefined ? `${fullCode} (cut)` : `${fullCode} (cut after phase ${cutAtPhase})`;
}
