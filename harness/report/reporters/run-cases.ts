import type { RunResult } from "../../run/result/run-result.ts";

/** One thing that a run was to show, as reports for machines list it. */
export interface RunCase {
  readonly name: string;
  readonly seconds: number;
  readonly failure: { readonly type: string; readonly message: string } | undefined;
}

/** @returns a case for each rung, one for each rule that was consulted, and one for the verdict */
export function casesOf(result: RunResult): RunCase[] {
  const rungs = result.rungs.map((rung): RunCase => {
    const reached = rung.seen >= rung.count;
    const failure = reached ? undefined : { type: "missing", message: `"${rung.text}" never appeared` };
    return { name: `${rung.node}: ${rung.text}`, seconds: (rung.tookMs ?? 0) / 1000, failure };
  });
  const evidence = result.evidence.map(({ rule, marker, finding, saw }): RunCase => {
    const failure = finding !== "contradicted" ? undefined : { type: `contradicted/${rule}`, message: saw };
    return { name: marker === undefined ? `evidence ${rule}` : `evidence ${rule} for ${marker}`, seconds: 0, failure };
  });
  const verdict = { type: result.fullCode, message: result.detail };
  return [...rungs, ...evidence, { name: "verdict", seconds: 0, failure: result.passed ? undefined : verdict }];
}
