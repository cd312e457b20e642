import { expect, it } from "vitest";
import { median, printTable, type BenchTable } from "./table.ts";

const TABLE: BenchTable = {
  name: "bulk",
  title: "how fast",
  rows: [
    { what: "ours", figures: { "MB/s": 20, "heap B": 2_500 } },
    { what: "theirs", figures: { "MB/s": 7.125 } },
    { what: "nobody's", figures: {}, failure: "not installed" },
  ],
};

it("a table has a column for each figure, and says what was not measured", () => {
  expect(printTable(TABLE).split("\n")).toEqual([
    "bulk: how fast",
    `${" ".repeat(34)}  MB/s  heap B`,
    `${"ours".padEnd(34)}  20.0    2500`,
    `${"theirs".padEnd(34)}  7.13`,
    `${"nobody's".padEnd(34)}  not measured: not installed`,
    "",
  ]);
});

it("an earlier table puts the ratio behind the figures that it has too", () => {
  const base: BenchTable = { ...TABLE, rows: [{ what: "ours", figures: { "MB/s": 10 } }] };
  const text = printTable(TABLE, base);
  expect(text).toContain("20.0 (x2.00)");
  expect(text).toContain("7.13\n");
});

it("a median is the middle of the values, whatever their order", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});
