import { describe, expect, test } from "vitest";
import { findFolderCycles, type ImportEdge } from "./folder-cycles.ts";

function edges(...lines: readonly string[]): ImportEdge[] {
  return lines.map((line) => {
    const [from = "", to = ""] = line.split(" -> ");
    return { from, to };
  });
}

describe("cycles between folders", () => {
  test("two folders that need each other, though no file does", () => {
    const cycles = findFolderCycles(edges("a/b/one.ts -> a/c/two.ts", "a/c/three.ts -> a/b/four.ts"));
    expect(cycles).toEqual([
      {
        folder: "a",
        parts: ["b", "c"],
        examples: edges("a/b/one.ts -> a/c/two.ts", "a/c/three.ts -> a/b/four.ts"),
      },
    ]);
  });

  test("a folder and the files beside it", () => {
    const cycles = findFolderCycles(edges("a/x.ts -> a/b/y.ts", "a/b/z.ts -> a/x.ts"));
    expect(cycles.map(({ folder, parts }) => ({ folder, parts }))).toEqual([{ folder: "a", parts: [".", "b"] }]);
  });

  test("a circle of three, far below", () => {
    const cycles = findFolderCycles(
      edges("r/s/a/1.ts -> r/s/b/1.ts", "r/s/b/2.ts -> r/s/c/1.ts", "r/s/c/2.ts -> r/s/a/2.ts"),
    );
    expect(cycles.map(({ folder, parts }) => ({ folder, parts }))).toEqual([{ folder: "r/s", parts: ["a", "b", "c"] }]);
  });

  test("a folder's door may import what lies beneath it", () => {
    expect(findFolderCycles(edges("a/index.ts -> a/b/y.ts", "a/b/z.ts -> a/x.ts"))).toEqual([]);
  });

  test("rooms of guest and harness are rooms beside the others, not parts of two towers", () => {
    const fine = edges("images/a.ts -> harness/host/b.ts", "harness/guests/c.ts -> images/a.ts");
    expect(findFolderCycles(fine)).toEqual([]);
    const circle = edges("images/a.ts -> harness/host/b.ts", "harness/host/c.ts -> images/a.ts");
    expect(findFolderCycles(circle).map(({ folder, parts }) => ({ folder, parts }))).toEqual([
      { folder: "", parts: ["harness/host", "images"] },
    ]);
  });

  test("one way is no cycle", () => {
    expect(findFolderCycles(edges("a/b/1.ts -> a/c/1.ts", "a/b/2.ts -> a/c/2.ts", "a/c/1.ts -> a/d/1.ts"))).toEqual([]);
  });
});
