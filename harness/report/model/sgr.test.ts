import { expect, test } from "vitest";
import { styledPieces, withoutSgr } from "./sgr.ts";

const ESC = "\u001b";

test("colours begin and end where the escapes say", () => {
  const line = `a${ESC}[1;31mred${ESC}[22mthin${ESC}[0m${ESC}[44mon blue${ESC}[49;92mgreen${ESC}[mplain`;
  const told = styledPieces(line).map(({ text, bold, color, background }) => [text, bold, color, background]);
  expect(told).toEqual([
    ["a", false, undefined, undefined],
    ["red", true, 1, undefined],
    ["thin", false, 1, undefined],
    ["on blue", false, undefined, 4],
    ["green", false, 10, undefined],
    ["plain", false, undefined, undefined],
  ]);
  expect(withoutSgr(line)).toBe("aredthinon bluegreenplain");
});

test("a palette's number is no other colour, and what nobody knows changes nothing", () => {
  const [piece] = styledPieces(`${ESC}[38;5;31mx`);
  expect(piece).toMatchObject({ text: "x", color: undefined });
  const [other] = styledPieces(`${ESC}[38;2;31;32;33;4;77mx`);
  expect(other).toMatchObject({ text: "x", color: undefined, underlined: true });
});

test("a line that changes colour with each character stays a line", () => {
  const pieces = styledPieces(`${ESC}[31mx`.repeat(10_000));
  expect(pieces.length).toBeLessThan(300);
  expect(pieces.map(({ text }) => text).join("")).toBe("x".repeat(10_000));
});
