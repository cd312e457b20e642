import { describe, expect, it } from "vitest";
import { judgeMutants } from "./mutation-report.ts";

const location = { start: { line: 2, column: 3 }, end: { line: 2, column: 8 } };
const mutant = (status: string) => ({ mutatorName: "EqualityOperator", replacement: "a <= b", status, location });
const file = (...statuses: string[]) => ({ source: "x\n  a < b;\n", mutants: statuses.map(mutant) });

describe("a mutation report", () => {
  it("counts what was noticed among what ran, and shows what was not", () => {
    const files = {
      "a.ts": file("Killed", "Timeout", "Survived"),
      "b.ts": file("NoCoverage", "Ignored", "CompileError"),
    };
    expect(judgeMutants({ files })).toEqual({
      lines: [
        "Survived a.ts:2:3 EqualityOperator: a < b -> a <= b",
        "NoCoverage b.ts:2:3 EqualityOperator: a < b -> a <= b",
      ],
      mutants: 4,
      percent: 50,
    });
  });

  it("is no success without mutants", () => {
    expect(judgeMutants({ files: {} }).percent).toBe(0);
  });
});
