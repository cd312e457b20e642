/** What is said first of a finished run: how it ended, why, what to do, and what only follows from it. */
import type { FinishedSummary } from "../../compare/finished-summary.ts";
import { commandName } from "../../host/package-assets.ts";
import { isVerdictCode, VERDICT_TEXTS } from "../../markers/verdict-codes.ts";
import type { TraceData, VerdictData } from "../model/run-data.ts";
import { otherFailures } from "../words/consequences.ts";
import { fittingHint, toldSlowness, type HintedRun } from "../words/fitting-hint.ts";
import { formatStandings } from "../words/standings-text.ts";

/** @param folder where its files are */
export function verdictDataOf(result: FinishedSummary, folder: string): VerdictData {
  const { passed, cut, code, fullCode = code, detail, markers, notes, because, nearestLine } = result;
  const hinted = hintedRun(result, folder);
  const { also, follows } = otherFailures(result.failures);
  return {
    ...{ passed, cut, code: fullCode, detail, follows },
    title: isVerdictCode(code) ? VERDICT_TEXTS[code].title : code,
    hint: hinted === undefined ? "" : fittingHint(hinted),
    because: passed ? undefined : because,
    slow: hinted === undefined || passed ? undefined : toldSlowness(hinted),
    nearestLine: passed ? undefined : nearestLine,
    standings: markers === undefined ? "" : formatStandings(markers),
    also: [...also, ...notes.map((note) => `note: ${note.node}: ${note.code}: ${note.detail}`)],
    explain: `${commandName()} explain ${fullCode}`,
  };
}

/** @returns errors that nobody caught, then what processes did when a limit had passed */
export function tracesOf({ crashes, doing }: FinishedSummary): TraceData[] {
  return [
    ...crashes.map(({ process, trace }) => ({ title: `crash of ${process}`, lines: trace })),
    ...doing.map(({ process, trace }) => ({ title: `doing: ${process}`, lines: trace })),
  ];
}

/** @returns undefined of a verdict that another version knew: there is no hint for it */
function hintedRun(result: FinishedSummary, folder: string): HintedRun | undefined {
  const { code, rungs, failures, timing, because, fabric } = result;
  if (!isVerdictCode(code)) return undefined;
  return {
    ...result,
    ...{ code, because, fabric, artifactsFolder: folder },
    failures: failures.map(({ rule, node, detail }) => ({ rule, node, detail })),
    rungs: rungs.map(({ node, text, count, seen, reachedMs }) => {
      return { node, text, count, seen: seen ?? (reachedMs === undefined ? 0 : count) };
    }),
    timing: { machineMs: timing?.machineMs ?? 0 },
  };
}
