import fc from "fast-check";
import { expect, test } from "vitest";
import { ddmin } from "./ddmin.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const holdingAll =
  (needed: readonly number[]) =>
  (part: readonly number[]): Promise<boolean> =>
    Promise.resolve(needed.every((one) => part.includes(one)));

test("a planted one among hundreds is found in a few trials", async () => {
  const found = await ddmin(range(700), holdingAll([431]), { maxTrials: 100 });
  expect(found).toMatchObject({ kept: [431], isMinimal: true });
  expect(found.trials).toBeLessThan(40);
});

test("nothing is needed where nothing fails less", async () => {
  expect(await ddmin(range(50), holdingAll([]), { maxTrials: 10 })).toEqual({ kept: [], trials: 1, isMinimal: true });
  expect(await ddmin([], holdingAll([]), { maxTrials: 10 })).toEqual({ kept: [], trials: 0, isMinimal: true });
});

test("what is found fails, in order, and no single element of it can go", async () => {
  const sets = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(sets, async ([count, wanted]) => {
      const needed = wanted.map((one) => one % count);
      const { kept, isMinimal } = await ddmin(range(count), holdingAll(needed), { maxTrials: 10_000 });
      expect(isMinimal).toBe(true);
      expect(kept).toEqual([...new Set(needed)].sort((a, b) => a - b));
    }),
  );
});

test("the bound on trials holds, and the answer still fails", async () => {
  for (const maxTrials of [1, 2, 7, 20]) {
    const seen: number[] = [];
    const needed = holdingAll([3, 99]);
    const onProgress = (trials: number): void => void seen.push(trials);
    const { kept, trials, isMinimal } = await ddmin(range(200), needed, { maxTrials, onProgress });
    expect(trials).toBeLessThanOrEqual(maxTrials);
    expect(isMinimal).toBe(false);
    expect(await needed(kept)).toBe(true);
    expect(seen).toEqual(range(trials).map((index) => index + 1));
  }
});

test("no part is tried twice", async () => {
  const tried = new Set<string>();
  await ddmin(
    range(64),
    async (part) => {
      expect(tried.has(part.join())).toBe(false);
      tried.add(part.join());
      return holdingAll([1, 30, 62])(part);
    },
    { maxTrials: 1_000 },
  );
});
