/** docs/distributed/requirements.md from the rules and who names them. */
import { posix } from "node:path";
import { isOfJudge, type Mention, type Requirement } from "./requirements.ts";

const FOLDER = "docs/distributed";

/** @returns the whole document */
export function renderRequirements(rules: readonly Requirement[], mentions: readonly Mention[]): string {
  const byId = new Map<string, readonly string[]>();
  for (const { id, path } of mentions) byId.set(id, [...(byId.get(id) ?? []), path].sort());
  // That the judge holds a rule says nothing about the stack.
  const bare = rules.filter(({ id }) => (byId.get(id) ?? []).every(isOfJudge));
  const judged = rules.filter(({ id }) => byId.get(id)?.some(isOfJudge) === true).length;
  const lines = [
    "# Requirements",
    "",
    "Made by `npm run -s requirements` from the specification and from what names its rules; not written by hand. _tests_: files with a",
    "comment that names the rule above a test, an attack or a scenario. _vectors_: files of `fixtures/vectors/` with a case for it. _judge_:",
    "tests that fail if the observer or the evidence doesn't hold an end to it. _conform_ is for the cases of a conformance suite that name it.",
    "",
    `${rules.length} rules: ${rules.length - bare.length} named by a test or a vector, ${bare.length} by none; the judge holds ends to ${judged}.`,
    "",
    "| rule | level | where | tests | vectors | judge | conform |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rules.map((rule) => renderRow(rule, byId.get(rule.id) ?? [])),
    "",
    "## Without a test",
    "",
    ...(bare.length === 0 ? ["None."] : renderBare(bare)),
    "",
  ];
  return lines.join("\n");
}

function renderRow({ id, level, document, anchor }: Requirement, paths: readonly string[]): string {
  const where = `[${anchor}](${posix.basename(document)}#${anchor})`;
  const vectors = paths.filter((path) => path.endsWith(".json"));
  const judge = paths.filter(isOfJudge);
  const tests = paths.filter((path) => !path.endsWith(".json") && !isOfJudge(path));
  const cells = [tests, vectors, judge].map((named) => named.map(link).join(", "));
  return `| ${[id, level, where, ...cells, ""].join(" | ")} |`;
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
