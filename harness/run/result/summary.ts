import type { Manifest } from "../../markers/manifest.ts";
import type { RunResult } from "./run-result.ts";

/** Goes up when a field changes its meaning or goes away. */
export const SUMMARY_VERSION = 1;

/** @returns the run as `summary.json` and `--json` show it; times in ms */
export function summaryOfRun(result: RunResult, manifest?: Manifest) {
  const { rungs, evidence, standings, ...rest } = result;
  const { rungs: standing, ...counts } = standings;
  return {
    version: SUMMARY_VERSION,
    ...rest,
    markers: counts,
    evidence: evidence.map(({ finding, ...found }) => ({ ...found, verdict: finding })),
    rungs: rungs.map(({ place: _, ...rung }, at) => ({
      ...rung,
      status: rung.seen >= rung.count ? "reached" : "missing",
      standing: standing[at]?.standing,
      confirmedBy: standing[at]?.confirmedBy,
      proves: manifest?.get(rung.marker)?.proves,
    })),
  };
}
