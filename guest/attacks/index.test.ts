import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { ATTACKS } from "./index.ts";
import { checkCatalogue, DefenceError, withoutDefence } from "./twin.ts";

const root = resolve(import.meta.dirname, "../..");

test("every defence stands once in its file, and no two attacks share one", () => {
  expect(checkCatalogue(root, ATTACKS)).toEqual([]);
});

test("the catalogue's faults are found", () => {
  const [first] = ATTACKS;
  if (first === undefined) throw new RangeError("there are no attacks");
  const gone = { ...first, id: "gone", defence: { ...first.defence, find: "what nobody wrote" } };
  expect(checkCatalogue(root, [first, first, gone])).toEqual([
    `${first.id}: there are two of this name`,
    `${first.id}: another attack has the same defence`,
    `gone: ${first.defence.file} holds 0 times: what nobody wrote`,
  ]);
});

test("a twin lacks its defence and nothing else", () => {
  const defence = { file: "f.ts", find: "if (bad) return;", replace: "" };
  expect(withoutDefence("a; if (bad) return; b;", defence)).toBe("a;  b;");
  expect(() => withoutDefence("a; b;", defence)).toThrow(DefenceError);
  expect(() => withoutDefence("if (bad) return; if (bad) return;", defence)).toThrow(DefenceError);
});

test("every attack cites a heading of the specification that exists", () => {
  const headings = (name: string): string[] =>
    readFileSync(join(root, "docs/distributed", name), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("#"))
      .map((line) =>
        line
          .replace(/^#+ /, "")
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, "")
          .replaceAll(" ", "-"),
      );
  const missing = ATTACKS.filter(({ rule }) => {
    const [name = "", anchor = ""] = rule.split("#");
    return !headings(name).includes(anchor);
  });
  expect(missing.map(({ id }) => id)).toEqual([]);
});
