import { expect, test } from "vitest";
import type { BenchTable } from "../table/table.ts";
import { BEGIN, END, withTables } from "./page.ts";

const FACTS = { date: "2026-11-30T04:00:00Z", machine: "a processor, 2 cores", node: "v20", load: 9.96, isQuick: true };
const tableOf = (name: string, figure: number): BenchTable => ({
  name,
  title: "how fast",
  rows: [{ what: "ours", figures: { "MB/s": figure } }],
});

test("tables come to their place on the page, each with what it was measured on", () => {
  const page = withTables(`# Speed\n\n${BEGIN}\n${END}\n\nmore\n`, [tableOf("bulk", 20)], FACTS);
  expect(page).toBe(
    [
      `# Speed\n\n${BEGIN}\n\n### bulk\n`,
      "2026-11-30, a processor, 2 cores, Node v20, a quick look (`--quick`), load average 10.0.\n",
      `\`\`\`text\nbulk: how fast\n${" ".repeat(34)}  MB/s\n${"ours".padEnd(34)}  20.0\n\`\`\`\n\n${END}\n\nmore\n`,
    ].join("\n"),
  );
});

test("what is measured anew takes the place of what was there, and the rest is kept", () => {
  const first = withTables(`${BEGIN}\n${END}\n`, [tableOf("bulk", 20), tableOf("loss", 5)], FACTS);
  const second = withTables(first, [tableOf("bulk", 30)], { ...FACTS, load: 0.1 });
  expect([...second.matchAll(/^### .*$/gm)].map(([line]) => line)).toEqual(["### bulk", "### loss"]);
  expect(second).toContain("30.0");
  expect(second).not.toContain("20.0");
  expect([second.includes("load average 10.0"), second.includes("load average 0.1")]).toEqual([true, true]);
  expect(withTables(second, [], FACTS)).toBe(second);
});

test("a page without a place is refused", () => {
  expect(() => withTables("# Speed\n", [], FACTS)).toThrow(RangeError);
  expect(() => withTables(`${END}\n${BEGIN}\n`, [], FACTS)).toThrow(RangeError);
});
