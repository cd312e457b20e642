import { suggestion } from "../../contract/nearest-name.ts";
import { RULE_TEXTS } from "../evidence/rules/rule-texts.ts";
import { misuse } from "./declare/lab-error.ts";
import { describeFailure, type LabResult } from "./live/lab-result.ts";
import { consolePattern } from "./declare/pattern.ts";

/** What `expect(await lab.end())` can be asked, beside all that vitest has. */
export interface LabMatchers {
  /** Nothing speaks against the run. @example expect(await lab.end()).toPass(); */
  toPass(): void;
  /**
   * A rule of evidence confirmed what it is about, somewhere, and was contradicted nowhere; whether the run passed is another question.
   *
   * @param rule as `docs/evidence.md` lists it; a name that is none is an error, with the nearest one
   * @example expect(await lab.end()).toConfirm("no-fragments");
   */
  toConfirm(rule: string): void;
  /**
   * A node wrote a line in which the text, its fields filled in, or the expression is found. The whole console counts: with `not` it is how a
   * test says that something never came.
   *
   * @example expect(await lab.end()).not.toHavePrinted("a", "link lost");
   */
  toHavePrinted(node: string, pattern: string | RegExp): void;
}

interface Matched {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend`. */
export const labMatchers = {
  toPass(run: LabResult): Matched {
    return { pass: run.passed, message: () => (run.passed ? "the run passed" : describeFailure(run)) };
  },

  toConfirm(run: LabResult, rule: string): Matched {
    if (!Object.hasOwn(RULE_TEXTS, rule))
      throw misuse(
        `there is no rule of evidence ${rule}${suggestion(rule, Object.keys(RULE_TEXTS))}`,
        "docs/evidence.md",
      );
    const findings = run.evidence.filter((one) => one.rule === rule);
    const isConfirmed = findings.some(({ finding }) => finding === "confirmed");
    const isDenied = findings.some(({ finding }) => finding === "contradicted");
    const said = findings.map(({ finding, saw }) => `  ${finding}: ${saw}`);
    return {
      pass: isConfirmed && !isDenied,
      message: () =>
        [
          `rule ${rule} says of the run (${RULE_TEXTS[rule] ?? ""})`,
          ...(said.length === 0 ? ["  nothing: what it looks at was not there"] : said),
          ...(run.passed ? [] : [describeFailure(run)]),
          `artifacts: ${run.artifactsFolder}`,
        ].join("\n"),
    };
  },

  toHavePrinted(run: LabResult, node: string, pattern: string | RegExp): Matched {
    const lines = run.consoles.get(node);
    if (lines === undefined)
      throw misuse(`the run had no node ${node}${suggestion(node, run.consoles.keys())}`, "see start");
    const wanted = consolePattern(pattern);
    const found = lines.find((line) => wanted.find(line) !== undefined);
    return {
      pass: found !== undefined,
      message: () =>
        found === undefined
          ? `${node} never printed ${wanted.shown}; its console ends with\n${lines.slice(-12).join("\n")}`
          : `${node} printed ${wanted.shown}: ${found}`,
    };
  },
};
