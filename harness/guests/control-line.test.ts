import { describe, expect, it } from "vitest";
import { clockLine, controlProblem, execLine } from "./control-line.ts";

const HOUR = clockLine(3_600_000);
const LIST = execLine(["ls", "a b"]);
const report = (...done: readonly string[]): Map<string, string> =>
  new Map([["up_s", "1.0"], ...done.map((text, index): [string, string] => [`did_${index + 1}`, text])]);

describe("what init was told and what it reports", () => {
  it("are the same, in whatever order it was told", () => {
    expect([HOUR, clockLine(-10_000), LIST]).toEqual(["clock +3600", "clock -10", "exec ls 'a b'"]);
    expect(controlProblem([], report())).toBeUndefined();
    const done = report("exec 0 ls 'a b'", "clock +3600 1000 4601");
    expect(controlProblem([HOUR, LIST], done)).toBeUndefined();
    expect(controlProblem([LIST, HOUR], done)).toBeUndefined();
  });

  it.each<[string, string[], string]>([
    ["a clock that init says nothing of", [], 'init says nothing of "clock +3600", which it was told'],
    ["one that did not move", ["clock +3600 1000 1001"], '"clock +3600": the clock went from 1000 to 1001'],
    ["one that moved the other way", ["clock +3600 5000 1400"], '"clock +3600": the clock went from 5000 to 1400'],
    ["another jump", ["clock +360 1000 1360"], 'init says nothing of "clock +3600", which it was told'],
    [
      "one jump more",
      ["clock +3600 1000 4600", "clock +3600 4600 8200"],
      'init did "clock +3600", and nobody told it to',
    ],
    ["something that nobody can read", ["clock +3600 1 3601", "clock x"], 'init did "clock x", and nobody told it to'],
  ])("differ for %s", (_, done, problem) => {
    expect(controlProblem([HOUR], report(...done))).toBe(problem);
  });

  it("differ for a command that failed, or another one", () => {
    expect(controlProblem([LIST], report("exec 2 ls 'a b'"))).toBe("\"exec ls 'a b'\": it ended with status 2");
    expect(controlProblem([LIST], report("exec 0 ls a b"))).toContain("init says nothing of");
  });
});
