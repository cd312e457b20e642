import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CASES } from "../../harness/conform/cases/index.ts";
import { readProject, TABLE } from "./read-project.ts";
import { renderRequirements } from "./requirements-table.ts";
import { isOfJudge, mentionsIn, problemsOf, rulesIn } from "./requirements.ts";
import { UNJUDGED } from "./unjudged.ts";
import { UNSEEN } from "./unseen.ts";

const root = resolve(import.meta.dirname, "../..");
const { documents, naming } = readProject(root);
const rules = documents.flatMap(rulesIn);
const mentions = naming.flatMap(mentionsIn);

describe("the project's rules", () => {
  test("have an id each, and every id that a test or a vector names is one of them", () => {
    expect(problemsOf(rules, mentions)).toEqual([]);
    expect(rules.length).toBeGreaterThan(250);
  });

  test("are in the table as it was made last: npm run -s requirements", () => {
    expect(readFileSync(join(root, TABLE), "utf8")).toBe(renderRequirements(rules, mentions, CASES, UNSEEN, UNJUDGED));
  });

  test("are what cases of the suite name: none names another", () => {
    const cased = CASES.flatMap(({ id, requirements }) => requirements.map((rule) => ({ id: rule, path: id })));
    expect(problemsOf(rules, cased)).toEqual([]);
  });

  test("each have a test, a vector, a case or a rule of the judge, or a reason why nothing shows it", () => {
    const held = new Set([...mentions.map(({ id }) => id), ...CASES.flatMap(({ requirements }) => requirements)]);
    const without = rules.map(({ id }) => id).filter((id) => !held.has(id));
    expect(without.toSorted()).toEqual(Object.keys(UNSEEN).toSorted());
  });

  test("each have a case or a rule of the judge, or the reason why neither can hold an implementation to it", () => {
    const judged = mentions.filter(({ path }) => isOfJudge(path)).map(({ id }) => id);
    const held = new Set([...judged, ...CASES.flatMap(({ requirements }) => requirements)]);
    const without = rules.map(({ id }) => id).filter((id) => !held.has(id));
    const reasons = [...Object.keys(UNSEEN), ...UNJUDGED.flatMap(({ ids }) => ids)];
    expect(reasons.toSorted()).toEqual(without.toSorted());
  });
});

describe("rules", () => {
  const of = (text: string): string[] =>
    rulesIn({ path: "a.md", text }).map(({ id, level, anchor }) => `${anchor} ${id} ${level}`);

  test("are sentences, items and rows, each with the level that its own words say", () => {
    const text = [
      "## 4.1 A head",
      "",
      "It is so. [A-1] It SHOULD be",
      "so. [A-2]",
      "",
      "- a peer MUST. [A-3]",
      "- as we like, our choice. [A-4]",
      "",
      "| one | [B-1] |",
      "| our choice | [B-2] |",
      "",
      "as in `[C-1]`",
      "",
      "```",
      "x[D-1]",
      "```",
    ];
    expect(of(text.join("\n"))).toEqual([
      "41-a-head A-1 MUST",
      "41-a-head A-2 SHOULD",
      "41-a-head A-3 MUST",
      "41-a-head A-4 our choice",
      "41-a-head B-1 MUST",
      "41-a-head B-2 our choice",
    ]);
  });

  test("named twice in a file count once; several stand in one comment", () => {
    const text = "// Requirements: A-1, A-2\ntest();\n// Requirement: A-1\n";
    expect(mentionsIn({ path: "a.test.ts", text })).toEqual([
      { id: "A-1", path: "a.test.ts" },
      { id: "A-2", path: "a.test.ts" },
    ]);
  });

  test("given twice, or named and given nowhere, are told", () => {
    const given = rulesIn({ path: "a.md", text: "So. [A-1] Or so. [A-1]" });
    expect(problemsOf(given, [{ id: "B-1", path: "b.test.ts" }])).toEqual([
      "A-1 is given twice",
      "b.test.ts names B-1: no such rule",
    ]);
  });

  test("that the judge holds ends to have a column, and are no less without a test of the stack", () => {
    const liars = 'const LIARS = [{ requirement: "A-1" }];\n// Requirement: A-2';
    const path = "harness/observer/sessions/liars.test.ts";
    expect(mentionsIn({ path, text: liars }).map(({ id }) => id)).toEqual(["A-2", "A-1"]);
    expect(mentionsIn({ path: "guest/a.test.ts", text: liars }).map(({ id }) => id)).toEqual(["A-2"]);
    const given = rulesIn({ path: "docs/distributed/a.md", text: "# H\n\nSo. [A-1]" });
    const table = renderRequirements(given, [{ id: "A-1", path }]);
    expect(table).toContain(`#h) |  |  | [liars](../../${path}) |  |`);
    expect(table).toContain("0 named by a test or a vector, 1 by none; the judge holds ends to 1.");
    expect(table).toContain("- MUST: A-1");
  });

  test("that nobody names are listed", () => {
    const given = rulesIn({ path: "docs/distributed/a.md", text: "# H\n\nSo. [A-1] Or so. [A-2]" });
    const table = renderRequirements(given, [
      { id: "A-1", path: "guest/a.test.ts" },
      { id: "A-1", path: "fixtures/vectors/b.json" },
    ]);
    expect(table).toContain("#h) | [a](../../guest/a.test.ts) | [b](../../fixtures/vectors/b.json) |  |  |");
    expect(table).toContain("- MUST: A-2");
  });
});
