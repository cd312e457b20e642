/** Where somebody looks first: the moment at which the run broke. */
import type { ConsoleData, Moment, RungData } from "../model/run-data.ts";
import type { FinishedSummary } from "../../compare/finished-summary.ts";

/** @param citedMs when the first packet that the first failure names was seen */
export function momentOf(
  { failures, passed }: Pick<FinishedSummary, "failures" | "passed">,
  rungs: readonly RungData[],
  consoles: readonly ConsoleData[],
  citedMs: number | undefined,
): Moment {
  const last = lastReached(rungs);
  if (passed) {
    const atMs = last === undefined ? 0 : (rungs[last]?.reachedMs ?? 0);
    return { atMs, node: last === undefined ? undefined : rungs[last]?.node, rung: last, why: "the last rung" };
  }
  const [failure] = failures;
  const missing = rungs.findIndex(({ status }) => status === "missing");
  if (failure?.marker === undefined && missing < 0) {
    const node = failure?.node ?? (last === undefined ? undefined : rungs[last]?.node);
    const atMs = citedMs ?? failure?.atMs ?? endOf(consoles, node);
    return {
      atMs,
      node,
      rung: undefined,
      why: citedMs === undefined ? "where it failed" : "the packet that the rule names",
    };
  }
  const named = rungs.findIndex(({ marker, node }) => marker === failure?.marker && (failure?.node ?? node) === node);
  const index = named >= 0 ? named : missing;
  const rung = rungs[index];
  const reached = rung?.reachedMs;
  const atMs = citedMs ?? failure?.atMs ?? reached ?? endOf(consoles, rung?.node);
  const why = reached === undefined ? "where the missing rung was waited for last" : "the rung that is denied";
  return {
    atMs,
    node: rung?.node,
    rung: index < 0 ? undefined : index,
    why: citedMs === undefined ? why : "the packet that the rule names",
  };
}

function lastReached(rungs: readonly RungData[]): number | undefined {
  let last: number | undefined;
  rungs.forEach(({ reachedMs }, at) => {
    if (reachedMs !== undefined && reachedMs >= (last === undefined ? 0 : (rungs[last]?.reachedMs ?? 0))) last = at;
  });
  return last;
}

/** A machine that says nothing more has its last word there. */
function endOf(consoles: readonly ConsoleData[], node: string | undefined): number {
  const own = consoles.filter((console) => node === undefined || console.node === node);
  return Math.max(0, ...own.map(({ lines }) => lines.at(-1)?.[0] ?? 0));
}
