import { isVerdictCode, VERDICT_CODES, VERDICT_TEXTS } from "../markers/verdict-codes.ts";
import { RULE_TEXTS } from "../evidence/rules/rule-texts.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { GUEST_TEXTS } from "./explain-guest-texts.ts";
import { ERROR_TEXTS } from "./explain-texts.ts";

const ALL_CODES = [
  ...VERDICT_CODES,
  ...Object.keys(RULE_TEXTS),
  ...Object.keys(ERROR_TEXTS),
  ...Object.keys(GUEST_TEXTS),
];

export const explainCommand: Command = {
  name: "explain",
  summary: "what a verdict or error code means and what to do",
  usage: "[CODE...] [--json]",
  teaches: `
Every run ends with a code, in the failure block and in summary.json. This tells what it means, how the harness decides on it,
and what to look at. A code with a slash names the evidence rule that spoke; rules are explained by their own names too. Without
a code it lists them all.`,
  options: { json: { type: "boolean", help: "as data" } },
  takes: ALL_CODES,
  examples: ["udpsec explain contradicted/bulk-content", "udpsec explain torn qemu-missing"],
  async run(parsed, io) {
    const codes = parsed.positionals.length === 0 ? ALL_CODES : parsed.positionals;
    const entries = codes.map(explain);
    if (parsed.flag("json")) writeJson(io, entries);
    else io.stdout.write(entries.map(({ code, text, hint }) => `${code}\n  ${text}\n${hint}`).join("\n"));
    return EXIT.passed;
  },
};

/** @throws `usage` if there is no such code */
export function explain(code: string): { code: string; text: string; hint: string } {
  if (isVerdictCode(code)) {
    const { title, explain: text, hint } = VERDICT_TEXTS[code];
    return { code, text: `${title}. ${text}`, hint: `  What to do: ${hint}.\n` };
  }
  const [verdict = "", ...behind] = code.split("/");
  const rule = behind.join("/");
  const rulesText = textIn(RULE_TEXTS, rule);
  if (rulesText !== undefined && isVerdictCode(verdict)) {
    const { title, explain: text, hint } = VERDICT_TEXTS[verdict];
    return { code, text: `${title}. ${text}\n  The rule: ${rulesText}`, hint: `  What to do: ${hint}.\n` };
  }
  const text = textIn(RULE_TEXTS, code) ?? textIn(ERROR_TEXTS, code) ?? textIn(GUEST_TEXTS, code);
  if (text !== undefined) return { code, text, hint: "" };
  const near = behind.length === 0 ? nearestName(code, ALL_CODES) : nearestPair(verdict, rule);
  throw usageError(
    `there is no code ${code}`,
    near === undefined ? "udpsec explain lists all" : `did you mean ${near}?`,
  );
}

/** Both halves may be misspelt. */
function nearestPair(verdict: string, rule: string): string | undefined {
  const nearVerdict = nearestName(verdict, VERDICT_CODES);
  const nearRule = nearestName(rule, Object.keys(RULE_TEXTS));
  return nearVerdict === undefined || nearRule === undefined ? undefined : `${nearVerdict}/${nearRule}`;
}

/** Own keys only: nobody asked what `constructor` is. */
function textIn(texts: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(texts, code) ? texts[code] : undefined;
}
