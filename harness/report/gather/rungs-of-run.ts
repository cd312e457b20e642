import type { FinishedSummary } from "../../compare/finished-summary.ts";
import type { RungData } from "../model/run-data.ts";

/** @returns the rungs of a finished run, each with the text that its machine printed */
export function rungsOf({ rungs }: Pick<FinishedSummary, "rungs">): RungData[] {
  return rungs.map(({ node, marker, text, fields, count, seen, reachedMs, tookMs, budgetMs, standing, proves }) => ({
    text: text.replace(/<(\w+):\w+>/g, (field, name: string) => fields[name] ?? field),
    ...{ node, marker, reachedMs, tookMs, budgetMs, standing, proves, findings: [] },
    status: (seen ?? (reachedMs === undefined ? 0 : count)) >= count ? "reached" : "missing",
  }));
}
