import type { FinishedRung, FinishedSummary } from "../../compare/finished-summary.ts";
import type { RungData } from "../model/run-data.ts";

/** @returns the rungs of a finished run, each with the text that its machine printed */
export function rungsOf({ rungs }: Pick<FinishedSummary, "rungs">): RungData[] {
  return rungs.map((rung, at) => {
    const { node, marker, text, fields, reachedMs, tookMs, budgetMs, standing, proves } = rung;
    const own = (one: FinishedRung): boolean => one.node === node;
    const isBehind = rungs.slice(0, at).some((one) => own(one) && !isReached(one));
    const isLast = !rungs.slice(at + 1).some((one) => own(one) && isReached(one));
    return {
      text: text.replace(/<(\w+):\w+>/g, (field, name: string) => fields[name] ?? field),
      ...{ node, marker, reachedMs, tookMs, budgetMs, standing, proves, findings: [] },
      status: isReached(rung) ? "reached" : isBehind && isLast ? "unreached" : "missing",
    };
  });
}

function isReached({ count, seen, reachedMs }: FinishedRung): boolean {
  return (seen ?? (reachedMs === undefined ? 0 : count)) >= count;
}
