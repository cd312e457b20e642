/** docs/distributed/requirements.md from the rules and who names them. */
import { posix } from "node:path";
import { isOfJudge, type Mention, type Requirement } from "./requirements.ts";
import type { UnjudgedGroup } from "./unjudged.ts";

const FOLDER = "docs/distributed";

/** As many of the cases that name a rule as a cell shows. */
const SHOWN_CASES = 3;

/** A case of `udpsec conform`, as far as the table has it. */
export interface NamingCase {
  readonly id: string;
  readonly requirements: readonly string[];
}

/**
 * @param unseen by rule, why nobody can be held to it by what is seen @param unjudged why no implementation but ours can be held to them
 * @returns the whole document
 */
export function renderRequirements(
  rules: readonly Requirement[],
  mentions: readonly Mention[],
  cases: readonly NamingCase[] = [],
  unseen: Readonly<Record<string, string>> = {},
  unjudged: readonly UnjudgedGroup[] = [],
): string {
  const casesOf = (id: string): readonly string[] =>
    cases.filter(({ requirements }) => requirements.includes(id)).map((one) => one.id);
  const byId = new Map<string, readonly string[]>();
  for (const { id, path } of mentions) byId.set(id, [...(byId.get(id) ?? []), path].sort());
  // That the judge holds a rule says nothing about the stack.
  const bare = rules.filter(({ id }) => (byId.get(id) ?? []).every(isOfJudge));
  const open = bare.filter(({ id }) => casesOf(id).length === 0 && unseen[id] === undefined);
  const named = rules.filter(({ id }) => casesOf(id).length > 0).length;
  const judged = rules.filter(({ id }) => byId.get(id)?.some(isOfJudge) === true).length;
  const lines = [
    "# Requirements",
    "",
    "Made by `npm run -s requirements` from the specification and from what names its rules; not written by hand. _tests_: files with a",
    "comment that names the rule above a test, an attack or a scenario. _vectors_: files of `fixtures/vectors/` with a case for it. _judge_:",
    "tests that fail if the observer or the evidence doesn't hold an end to it. _conform_: cases of [`udpsec conform`](../conformance.md) that hold any implementation to it.",
    "",
    `${rules.length} rules: ${rules.length - bare.length} named by a test or a vector, ${bare.length} by none; the judge holds ends to ${judged}.`,
    `Cases of the suite name ${named}.`,
    "",
    "| rule | level | where | tests | vectors | judge | conform |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rules.map((rule) => renderRow(rule, byId.get(rule.id) ?? [], casesOf(rule.id))),
    "",
    "## Without a test",
    "",
    ...(open.length === 0 ? ["None that could have one."] : renderBare(open)),
    "",
    "## What nothing shows",
    "",
    ...Object.entries(unseen).map(([id, why]) => `- ${id}: ${why}.`),
    "",
    "## What neither a case nor the judge shows",
    "",
    "Tests hold our own stack to these.",
    "",
    ...unjudged.map(({ why, ids }) => `- ${ids.join(", ")}: ${why}.`),
    "",
  ];
  return lines.join("\n");
}

function renderRow(
  { id, level, document, anchor }: Requirement,
  paths: readonly string[],
  cases: readonly string[],
): string {
  const where = `[${anchor}](${posix.basename(document)}#${anchor})`;
  const vectors = paths.filter((path) => path.endsWith(".json"));
  const judge = paths.filter(isOfJudge);
  const tests = paths.filter((path) => !path.endsWith(".json") && !isOfJudge(path));
  const cells = [tests, vectors, judge].map((named) => named.map(link).join(", "));
  const shown = cases.slice(0, SHOWN_CASES).map((one) => `\`${one}\``);
  const conform = [...shown, ...(cases.length > SHOWN_CASES ? [`${cases.length - SHOWN_CASES} more`] : [])].join(", ");
  return `| ${[id, level, where, ...cells, conform].join(" | ")} |`;
}

function link(path: string): string {
  const name = posix.basename(path).replace(/\.(test\.ts|ts|json)$/, "");
  return `[${name}](${posix.relative(FOLDER, path)})`;
}

function renderBare(bare: readonly Requirement[]): string[] {
  const of = (level: string): string[] => {
    const ids = bare.filter((rule) => rule.level === level).map(({ id }) => id);
    return ids.length === 0 ? [] : [`- ${level}: ${ids.join(", ")}`];
  };
  return [...of("MUST"), ...of("SHOULD"), ...of("our choice")];
}
