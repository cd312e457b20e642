import type { RunResult } from "../../run/result/run-result.ts";
import type { Reporter } from "./reporter.ts";
import { xmlAttribute } from "./xml.ts";

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly failure: { readonly type: string; readonly message: string } | undefined;
}

/** @returns JUnit XML: a suite per run, a case per rung and per evidence rule, and one for the verdict */
function formatJunit(results: readonly RunResult[]): string {
  const suites = results.map((result) => {
    const cases = casesOf(result);
    const failures = cases.filter((item) => item.failure !== undefined).length;
    const name = xmlAttribute(`${result.profile} (seed ${result.seed})`);
    const time = (result.timing.machineMs / 1000).toFixed(3);
    const head = `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="${time}" timestamp="${result.startedAt}">`;
    const { confirmed, guestsWord, nothingToJudge } = result.standings;
    const properties = Object.entries({ confirmed, guestsWord, nothingToJudge, cut: result.cut }).map(
      ([property, value]) => `      <property name="${property}" value="${value}"/>`,
    );
    return [
      head,
      "    <properties>",
      ...properties,
      "    </properties>",
      ...cases.map((item) => formatCase(result.profile, item)),
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join("\n");
}

function casesOf(result: RunResult): Case[] {
  const rungs = result.rungs.map((rung): Case => {
    const reached = rung.seen >= rung.count;
    const failure = reached ? undefined : { type: "missing", message: `"${rung.text}" never appeared` };
    return { name: `${rung.node}: ${rung.text}`, seconds: (rung.tookMs ?? 0) / 1000, failure };
  });
  const evidence = result.evidence.map(({ rule, marker, finding, saw }): Case => {
    const failure = finding !== "contradicted" ? undefined : { type: `contradicted/${rule}`, message: saw };
    return { name: marker === undefined ? `evidence ${rule}` : `evidence ${rule} for ${marker}`, seconds: 0, failure };
  });
  const verdict = { type: result.fullCode, message: result.detail };
  return [...rungs, ...evidence, { name: "verdict", seconds: 0, failure: result.passed ? undefined : verdict }];
}

function formatCase(profile: string, { name, seconds, failure }: Case): string {
  const head = `    <testcase classname="${xmlAttribute(profile)}" name="${xmlAttribute(name)}" time="${seconds.toFixed(3)}"`;
  if (failure === undefined) return `${head}/>`;
  const message = xmlAttribute(failure.message);
  return `${head}><failure type="${xmlAttribute(failure.type)}" message="${message}"/></testcase>`;
}

/** `junit.xml` of each finished run. */
export const junitReporter: Reporter = {
  name: "junit",
  resultFile: { file: "junit.xml", format: (result) => formatJunit([result]) },
};
