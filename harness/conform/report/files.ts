/** The results for programs: JSON, with every packet that was kept, and JUnit XML. */
import { xmlAttribute } from "../../report/reporters/xml.ts";
import { type ConformResult, countsOf } from "../run/conform-result.ts";
import { sectionOf, sentenceOf } from "../stage/conform-case.ts";
import { SECTION_ORDER } from "../stage/sections.ts";

/** What a report says of the suite as a whole. */
export interface ReportHead {
  /** `HOST:PORT`, or `self`. */
  readonly target: string;
  /** Version and program of the suite: two reports that agree in it asked the same. */
  readonly suite: string;
  /** SHA-256 of the daemon that the suite has started itself; undefined: what the target is made of is not known. */
  readonly agent: string | undefined;
  readonly startedAt: string;
  readonly durationMs: number;
  /** So many cases were to be played: fewer are listed where somebody has interrupted it. */
  readonly asked: number;
  /** What ended the suite before its end. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export function conformJson(head: ReportHead, results: readonly ConformResult[]): string {
  const cases = results.map(
    ({ conformCase, verdict, detail, durationMs, packets, packetsLeftOff, keyLog, replayed }) => ({
      id: conformCase.id,
      section: sectionOf(conformCase),
      requirements: conformCase.requirements,
      over: conformCase.over,
      sends: conformCase.sends,
      must: conformCase.must,
      ...{ verdict, detail, durationMs, replayed, packets, packetsLeftOff, keyLog },
    }),
  );
  return `${JSON.stringify({ version: 1, ...head, ...countsOf(results), cases }, null, 2)}\n`;
}

/** A suite for each section. */
export function conformJunit(
  { startedAt, target, suite, agent }: ReportHead,
  results: readonly ConformResult[],
): string {
  const origin = [["target", target], ["suite", suite], ...(agent === undefined ? [] : [["agent", agent]])];
  const properties = origin.map(([name, value = ""]) => `<property name="${name}" value="${xmlAttribute(value)}"/>`);
  const suites = SECTION_ORDER.flatMap((section) => {
    const own = results.filter(({ conformCase }) => sectionOf(conformCase) === section);
    if (own.length === 0) return [];
    const { fail, inconclusive } = countsOf(own);
    const time = own.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000;
    const counts = `tests="${own.length}" failures="${fail}" errors="0" skipped="${inconclusive}" time="${time.toFixed(3)}"`;
    return [
      `  <testsuite name="${xmlAttribute(section)}" ${counts} timestamp="${startedAt}">`,
      `    <properties>${properties.join("")}</properties>`,
      ...own.map(junitCase),
      "  </testsuite>",
    ];
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join("\n");
}

function junitCase({ conformCase, verdict, detail, durationMs, replayed }: ConformResult): string {
  const name = `${conformCase.id} [${conformCase.requirements.join(", ")}]`;
  const time = (durationMs / 1_000).toFixed(3);
  const head = `    <testcase classname="conform.${xmlAttribute(sectionOf(conformCase))}" name="${xmlAttribute(name)}" time="${time}"`;
  const before =
    replayed === undefined
      ? ""
      : `<system-out>${xmlAttribute(`played again, since ${replayed.why}; at first: ${replayed.detail}`)}</system-out>`;
  if (verdict === "pass") return before === "" ? `${head}/>` : `${head}>${before}</testcase>`;
  if (verdict === "inconclusive") return `${head}><skipped message="${xmlAttribute(detail)}"/>${before}</testcase>`;
  const text = xmlAttribute(`${sentenceOf(conformCase)}; came: ${detail}`);
  return `${head}><failure type="${xmlAttribute(conformCase.requirements[0])}" message="${text}"/>${before}</testcase>`;
}
