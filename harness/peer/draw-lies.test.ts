import { expect, test } from "vitest";
import { drawLies } from "./draw-lies.ts";
import { LIE_NAMES, LIES } from "./lies/index.ts";

test("all of them, each once, in an order that the seed decides", () => {
  const drawn = drawLies("a seed", "all");
  expect(new Set(drawn)).toEqual(new Set(LIE_NAMES));
  expect(drawn).toHaveLength(LIE_NAMES.length);
  expect(drawLies("a seed", "all")).toEqual(drawn);
  expect(drawLies("another", "all")).not.toEqual(drawn);
});

test("what the guest dials for comes first, and what makes it wait last of it", () => {
  const answered = drawLies("a seed", "all").filter((name) => LIES[name].by === "responder");
  expect(drawLies("a seed", "all").slice(0, answered.length)).toEqual(answered);
  expect(answered.at(-1)).toBe("answer-of-another-device");
});

test("a few: never one that waits for the guest's timers, and every other one for some seed", () => {
  const drawn = new Set(Array.from({ length: 2_000 }, (_, seed) => drawLies(`${seed}`, 2)).flat());
  expect(drawn).toEqual(new Set(LIE_NAMES.filter((name) => LIES[name].isSlow !== true)));
  expect(drawLies("s", 2)).toHaveLength(2);
});

test("there are at least 15 kinds", () => {
  expect(LIE_NAMES.length).toBeGreaterThanOrEqual(15);
});
