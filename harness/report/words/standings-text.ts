/** Words for how far a run that passed was believed, as terminal and summary share them. */
import type { RunResult } from "../../run/result/run-result.ts";

/** How many rungs stand where. */
type StandingCounts = Omit<RunResult["standings"], "rungs" | "denied"> & { readonly denied?: number | undefined };

/** @returns e.g. `confirmed 7, guest's word 0, nothing to judge 0`, of the rungs; that some are denied is said where some are */
export function formatStandings({ confirmed, denied = 0, guestsWord, nothingToJudge }: StandingCounts): string {
  const against = denied === 0 ? "" : `denied ${denied}, `;
  return `confirmed ${confirmed}, ${against}guest's word ${guestsWord}, nothing to judge ${nothingToJudge}`;
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
