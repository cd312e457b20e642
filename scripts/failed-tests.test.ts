import { expect, test } from "vitest";
import { failedTestLines } from "./failed-tests.ts";

const reported = (fullName: string, message?: string) => ({
  fullName,
  status: message === undefined ? "passed" : "failed",
  failureMessages: message === undefined ? [] : [message],
});

test("a failed test is named with the head of its message, without the empty lines of a screen and without colours", () => {
  const screen = [
    "expected 'a' not to contain 'b'",
    "\u001b[31m+\u001b[39m",
    "",
    ...Array<string>(50).fill("+ "),
    "at file.ts:3",
  ];
  const files = [
    { name: "a.test.ts", assertionResults: [reported("it holds"), reported("it breaks", screen.join("\n"))] },
    { name: "b.test.ts", message: "", assertionResults: [reported("it holds")] },
  ];
  expect(failedTestLines(files)).toEqual([
    "failed: a.test.ts: it breaks",
    "        expected 'a' not to contain 'b'",
    "        at file.ts:3",
  ]);
});

test("a file that did not load is named", () => {
  expect(failedTestLines([{ name: "c.test.ts", message: "no such module", assertionResults: [] }])).toEqual([
    "failed: c.test.ts",
    "        no such module",
  ]);
});

test("many are counted, long lines cut, messages bounded", () => {
  const long = Array(20).fill("x".repeat(999)).join("\n");
  const lines = failedTestLines([
    { name: "d", assertionResults: Array.from({ length: 12 }, () => reported("t", long)) },
  ]);
  expect(lines).toHaveLength(10 * 7 + 1);
  expect(lines.at(-1)).toBe("and 2 more");
  expect(Math.max(...lines.map((line) => line.length))).toBe(208);
});
