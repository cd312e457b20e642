import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CASES } from "../../conform/cases/index.ts";
import { projectRoot } from "../../host/project-root.ts";
import { FAST_MUTANTS, MUTANTS } from "./mutant-list.ts";

describe("the mutants", () => {
  it("are at least 40, each with a name of its own", () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(FAST_MUTANTS.filter((name) => !MUTANTS.some((mutant) => mutant.name === name))).toEqual([]);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "%s: what it changes stands once in its module",
    (_, { module, find, by }) => {
      expect(by).not.toBe(find);
      expect(readFileSync(join(projectRoot(), module), "utf8").split(find)).toHaveLength(2);
    },
  );

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "%s: the first case that it must fail names its rule",
    (_, { rule, fails }) => {
      const cases = fails.map((id) => CASES.find((one) => one.id === id));
      expect(cases).not.toContain(undefined);
      expect(cases[0]?.requirements).toContain(rule);
    },
  );
});
