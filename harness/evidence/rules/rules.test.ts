import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { RULES } from "./index.ts";
import { RULE_TEXTS, RULES_OF_THE_RUN } from "./rule-texts.ts";

/** Files of this folder that hold no rule of their own. */
const SHARED = ["index", "rule", "rule-texts"];

test("each rule stands in the file of its id, and each file's rule is on the list", () => {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".ts") && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => name.replace(/\.ts$/, ""));
  const ids = RULES.map(({ id }) => id);
  expect([...ids, ...SHARED].sort()).toEqual(files.sort());
  expect(Object.keys(RULE_TEXTS).sort()).toEqual([...ids, ...Object.keys(RULES_OF_THE_RUN)].sort());
});
