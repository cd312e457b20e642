import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { anchorsOf, findBadReferences } from "./references.ts";

const root = resolve(import.meta.dirname, "../..");
const SEARCHED = /\.(ts|mjs|cjs|js|sh|toml|md|json)$/;
/** What was true when it was written stays as it was; data of tests and of npm aren't prose. */
const NOT_SEARCHED =
  /^(CHANGELOG\.md|package-lock\.json|fixtures\/(corpus|vectors)\/|scripts\/structure\/references\.test\.ts$)/;

test("every reference of the project resolves", () => {
  const listed = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  const files = new Set(listed);
  const searched = listed.filter((path) => SEARCHED.test(path) && !NOT_SEARCHED.test(path));
  const texts = searched.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
  expect(texts.length).toBeGreaterThan(300);
  const bad = findBadReferences(texts, files);
  expect(bad.map(({ path, line, what }) => `${path}:${line}: ${what}`)).toEqual([]);
});

describe("references", () => {
  const spec = {
    path: "docs/spec.md",
    text: "# Spec\n\n## 4.1 Header (bytes)\n\n## Again\n\n## Again\n\n```\n# no heading\n```\n",
  };
  const files = new Set(["docs/spec.md", "docs/decisions/001-why.md", "a.ts"]);
  const check = (text: string, path = "a.ts"): string[] =>
    findBadReferences([spec, { path, text }], files).map(({ line, what }) => `${line}: ${what}`);

  test("anchors are GitHub's", () => {
    expect([...anchorsOf(spec.text)]).toEqual(["spec", "41-header-bytes", "again", "again-1"]);
  });

  test.each([
    ["// spec.md#41-header-bytes, docs/spec.md#again-1, see docs/decisions/001", []],
    ["// RFC 9002 section 6.1; Noise specification, revision 34, section 5.1", []],
    ["//\n// spec.md#42-body", ["2: no heading #42-body in docs/spec.md"]],
    ["// other.md#41-header-bytes", ["1: no document other.md"]],
    ["// docs/decisions/007", ["1: no decision docs/decisions/007-"]],
    // In two pieces: a search of the project for such references must find none, this one included.
    [`// ${"protocol"} 3`, ['1: "section 3" of which document?']],
    ["// section 4.1 says so", ['1: "section 4.1" of which document?']],
  ])("%j: %j", (text, expected) => {
    expect(check(text)).toEqual(expected);
  });

  test.each([
    ["[a](spec.md#again) [b](../a.ts) [c](#d)\n# D", []],
    ["[a](gone.md)", ["1: no file docs/gone.md"]],
    ["[a](#gone)", ["1: no heading #gone here"]],
    ["[a](spec.md#gone)", ["1: no heading #gone in docs/spec.md"]],
    ["[out](https://example.org/x.html) [folder](decisions/)", []],
  ])("in Markdown: %j: %j", (text, expected) => {
    expect(check(text, "docs/other.md")).toEqual(expected);
  });
});
