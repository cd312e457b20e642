import { expect, it } from "vitest";
import { Prng } from "./prng.ts";

it("repeats for the same seed and names, and differs for any other", () => {
  const take = (prng: Prng): number[] => Array.from({ length: 8 }, () => prng.next32());
  expect(take(new Prng(1, "a"))).toEqual(take(new Prng(1, "a")));
  expect(take(new Prng(1, "a"))).not.toEqual(take(new Prng(1, "b")));
  expect(take(new Prng(1, "a"))).not.toEqual(take(new Prng(2, "a")));
});

it("pins its sequence: a seed in a report must mean the same for ever", () => {
  const prng = new Prng(42, "world");
  expect([prng.next32(), prng.next32(), prng.below(1_000)]).toMatchInlineSnapshot(`
    [
      3920705334,
      1941240292,
      694,
    ]
  `);
});

it("fills bytes of any length, uniformly", () => {
  const prng = new Prng(3);
  for (const length of [0, 1, 3, 4, 5, 32]) expect(prng.bytes(length)).toHaveLength(length);
  const mean = prng.bytes(65_536).reduce((sum, byte) => sum + byte, 0) / 65_536;
  expect(mean).toBeGreaterThan(126);
  expect(mean).toBeLessThan(129);
});
