import { expect, it } from "vitest";
import { userPattern } from "./user-pattern.ts";

/** Each letter more doubles the time of an engine that goes back and forth: with these it is seconds, else a millisecond. */
const HOSTILE = `${"a".repeat(26)}b`;

it("a pattern ends on any line, however it is written", () => {
  const startedMs = performance.now();
  for (const source of ["^(?:(a+)+$)", "(?:(?:a|a)*)$", String.raw`^(?:(\w+\s?)*!)`])
    expect(userPattern(source).test(HOSTILE)).toBe(source === "(?:(?:a|a)*)$");
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

it("keeps its flags, but the one that only some patterns need", () => {
  expect(userPattern("^A+$", "im").flags).toBe("im");
  const startedMs = performance.now();
  expect(userPattern("^(?:(a+)+$)", "u").test(HOSTILE)).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

it("means what it means with the flag u, and is refused where that refuses it", () => {
  expect(userPattern(String.raw`^\p{Lu}+$`).test("ÄÖ")).toBe(true);
  expect(userPattern(String.raw`^\u{1F600}$`).test("😀")).toBe(true);
  expect(userPattern("^[😀]$").test("😀")).toBe(true);
  expect(() => userPattern(String.raw`\q`)).toThrow(SyntaxError);
});
