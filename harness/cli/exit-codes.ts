import type { RunResult } from "../run/run-result.ts";

const INTERRUPTED_BY: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const SETUP = 2;
const CHECK_FAILED = 1;
const TIMED_OUT = 124;

/**
 * @param errors exit statuses of what runs threw instead of ending with a verdict
 * @returns 0 passed, 1 a check failed, 2 set-up, 124 nothing worse than a deadline, 129, 130 or 143 interrupted
 */
export function exitStatus(
  results: readonly Pick<RunResult, "passed" | "code">[],
  signal: AbortSignal,
  errors: readonly number[] = [],
): number {
  if (signal.aborted) return INTERRUPTED_BY[String(signal.reason)] ?? INTERRUPTED_BY["SIGINT"] ?? CHECK_FAILED;
  const failed = results.filter((result) => !result.passed);
  if (errors.includes(SETUP) || failed.some(({ code }) => code === "setup-failed")) return SETUP;
  if (errors.length > 0 || failed.some(({ code }) => code !== "timed-out")) return CHECK_FAILED;
  if (failed.length > 0) return TIMED_OUT;
  // Nothing ran: nothing was proved.
  return results.length === 0 ? SETUP : 0;
}
