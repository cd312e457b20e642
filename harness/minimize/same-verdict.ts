/** Which failures count as the same while a run is made smaller. */
import type { FinishedSummary } from "../compare/finished-run.ts";

/** Times and counts differ from trial to trial; what went wrong doesn't. */
export function failureKind(reason: string): string {
  return reason.replace(/\d+(?:\.\d+)?/g, "#");
}

/** Verdict code, and the marker that it is about. */
export function verdictOf({ code, failures }: Pick<FinishedSummary, "code" | "failures">): string {
  return `${code} at ${failures[0]?.marker ?? "no marker"}`;
}
