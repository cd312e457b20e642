import { passRate } from "../../history/confidence.ts";
import { summaryOfRun } from "../../run/result/summary.ts";
import type { CommandOutcome } from "./reporter.ts";

/** One object on stdout when all runs have ended: `udpsec test --json`. */
export const jsonReporter = {
  name: "json",
  closing({ passed, failed, skipped, exitStatus, rates, results }: CommandOutcome): string {
    const withRates = rates.map((rate) => ({ ...rate, ...passRate(rate.passed, rate.total) }));
    const runs = results.map((result) => summaryOfRun(result));
    return `${JSON.stringify({ version: 1, passed, failed, skipped, exitStatus, rates: withRates, runs }, null, 2)}\n`;
  },
};
