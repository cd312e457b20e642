/**
 * The two ways in docs/architecture.md are what really runs, not a choice of what looks important: a numbered list in the order in which
 * files first run, and a line "What these call" with the rest.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../harness/host/project-root.ts";
import { ENTERED } from "./recorder.ts";
import { filesThatRun, tellEntries } from "./traced-bundle.ts";

const architecture = readFileSync(join(projectRoot(), "docs/architecture.md"), "utf8");

/** @returns the files of the numbered list under a heading, in order, and those named behind "What these call" */
function listed(heading: string): { readonly spine: readonly string[]; readonly called: readonly string[] } {
  const [, section = ""] = architecture.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const [list = "", called = ""] = own.split("\nWhat these call");
  const items = list.split("\n").filter((line) => /^\d+\. |^ {3}/.test(line));
  return { spine: filesIn(items.join("\n")), called: filesIn(called) };
}

function filesIn(text: string): string[] {
  return [...text.matchAll(/`((?:guest|harness|contract)\/[^`]+\.ts)`/g)].map(([, file = ""]) => file);
}

describe("docs/architecture.md", () => {
  it.each([
    ["The way of a datagram", "datagram-program.ts"],
    ["The way of a marker", "marker-program.ts"],
  ])("%s is at most ten files in order, and what they call: together exactly what runs", async (heading, program) => {
    const ran = await filesThatRun(program);
    const { spine, called } = listed(heading);
    expect(spine.length).toBeGreaterThan(5);
    expect(spine.length).toBeLessThanOrEqual(10);
    expect(spine).toEqual(ran.filter((file) => spine.includes(file)));
    expect([...spine, ...called].sort()).toEqual([...ran].sort());
  });
});

describe("what a program tells of its files", () => {
  const run = (source: string): string[] => {
    const entered: string[] = [];
    runInNewContext(tellEntries(source, "a.ts"), { [ENTERED]: (file: string) => entered.push(file) });
    return entered;
  };

  it.each([
    ["a function", "function f() { return 1; } f();"],
    ["a short function", "const f = (x) => ({ x }); f(1);"],
    ["a method", "class C { m() {} } C.prototype.m();"],
    ["a property that is computed", "const c = { get p() { return 1; } }; c.p;"],
    ["a constructor", "class B {} class C extends B { constructor() { super(); } } new C();"],
    ["the initial value of a field", "class C { x = [1]; } new C();"],
    ["a short function in a short function", "const f = () => () => 1; f();"],
  ])("%s that runs is told once", (_, source) => expect(run(source)).toEqual(["a.ts"]));

  it("one inside the other is told twice", () =>
    expect(run("const f = () => () => 1; f()();")).toEqual(["a.ts", "a.ts"]));
  it("a declaration that does not run is not told", () =>
    expect(run("function f() {} const g = () => 1;")).toEqual([]));
});
