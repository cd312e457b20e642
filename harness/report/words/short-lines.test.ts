import { expect, it } from "vitest";
import { shortLines } from "./short-lines.ts";

const MAX_SHOWN_UNITS = 300;

it("ends each line by itself, and says how long it was", () => {
  const fits = "x".repeat(MAX_SHOWN_UNITS);
  expect(shortLines(`a\n${fits}\n`)).toBe(`a\n${fits}\n`);
  const [first, second = ""] = shortLines(`${fits}x\n${"é".repeat(5_000)}`).split("\n");
  expect(first).toMatch(/^x+ \.\.\. \(301 characters\)$/);
  expect(first).toHaveLength(MAX_SHOWN_UNITS);
  expect(second).toMatch(/ \.\.\. \(5000 characters\)$/);
});

it("leaves no half of a pair", () => {
  for (const before of ["", "x"]) expect(shortLines(`${before}${"😀".repeat(400)}`)).not.toMatch(/\p{Surrogate}/u);
});
