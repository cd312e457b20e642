/** Where somebody looks first: the moment at which the run broke. */
import type { ConsoleData, Moment, RungData } from "../model/run-data.ts";
import type { FinishedSummary } from "../../compare/finished-summary.ts";

const EARLY_MARKER_RULE = "marker-after-wire";
const DENIED_BY: Readonly<Record<string, string>> = {
  "out-of-order": "it came too late",
  duplicate: "it came once more",
  forbidden: "it must not come",
};
const ENDED_BY: Readonly<Record<string, string>> = {
  crashed: "never came: the crash",
  stopped: "never came: the end of QEMU",
  "unknown-marker": "never came: the line that is no marker",
  "setup-failed": "never came: where the run was given up",
};

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
  const culprit = culpritOf(failures, rungs);
  const named = rungs.findIndex(({ marker, node }) => marker === failure?.marker && (failure?.node ?? node) === node);
  const index = culprit?.rung ?? (named >= 0 ? named : missing);
  const rung = rungs[index];
  const atMs =
    culprit?.atMs ?? citedMs ?? failure?.atMs ?? rung?.reachedMs ?? (endOf(consoles, rung?.node) || endOfRungs(rungs));
  return {
    ...{ atMs, node: rung?.node, rung: index < 0 ? undefined : index },
    why: culprit?.why ?? (citedMs === undefined ? whyOf(failure?.code ?? "", rung) : "the packet that the rule names"),
  };
}

interface Culprit {
  readonly rung: number;
  readonly atMs: number;
  readonly why: string;
}

/** Whose turn it was is not always who was at fault. */
function culpritOf(failures: FinishedSummary["failures"], rungs: readonly RungData[]): Culprit | undefined {
  const [failure] = failures;
  if (failure?.code === "out-of-order") return printedEarly(failures, rungs);
  return failure?.code === "missing" ? passedOver(failure, rungs) : undefined;
}

/** Of two markers the wrong way round, the one that nothing on the wire had led to. */
function printedEarly(failures: FinishedSummary["failures"], rungs: readonly RungData[]): Culprit | undefined {
  const told = failures.find(({ rule }) => rule === EARLY_MARKER_RULE)?.detail ?? "";
  const rung = rungs.findIndex(({ node, marker }) => told.includes(` ${node}: ${marker} `));
  const atMs = rungs[rung]?.reachedMs;
  return atMs === undefined ? undefined : { rung, atMs, why: "printed before its work was done" };
}

/** A marker that did not come while its machine went on: where the next one came. */
function passedOver(
  { node, marker }: FinishedSummary["failures"][number],
  rungs: readonly RungData[],
): Culprit | undefined {
  const rung = rungs.findIndex((one) => one.marker === marker && (node ?? one.node) === one.node);
  const next = rungs.slice(rung + 1).find((one) => one.node === rungs[rung]?.node && one.reachedMs !== undefined);
  if (rung < 0 || next?.reachedMs === undefined) return undefined;
  return { rung, atMs: next.reachedMs, why: "it was passed over: the next one came" };
}

function whyOf(code: string, rung: RungData | undefined): string {
  if (rung?.reachedMs !== undefined) return DENIED_BY[code] ?? "the rung that is denied";
  return ENDED_BY[code] ?? "where the missing rung was waited for last";
}

function lastReached(rungs: readonly RungData[]): number | undefined {
  let last: number | undefined;
  rungs.forEach(({ reachedMs }, at) => {
    if (reachedMs !== undefined && reachedMs >= (last === undefined ? 0 : (rungs[last]?.reachedMs ?? 0))) last = at;
  });
  return last;
}

function endOfRungs(rungs: readonly RungData[]): number {
  return Math.max(0, ...rungs.map(({ reachedMs }) => reachedMs ?? 0));
}

/** A machine that says nothing more has its last word there. */
function endOf(consoles: readonly ConsoleData[], node: string | undefined): number {
  const own = consoles.filter((console) => node === undefined || console.node === node);
  return Math.max(0, ...own.map(({ lines }) => lines.at(-1)?.[0] ?? 0));
}
