import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";

test("doubles up to its cap, and starts again after a success", () => {
  const backoff = new Backoff(250, 1_500);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([250, 500, 1_000, 1_500, 1_500]);
  backoff.reset();
  expect(backoff.next()).toBe(250);
});

test("what waiting won't heal waits longest at once, and so does what follows", () => {
  const backoff = new Backoff(250, 1_500);
  expect([backoff.longest(), backoff.next()]).toEqual([1_500, 1_500]);
});
