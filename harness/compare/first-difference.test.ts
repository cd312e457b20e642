import fc from "fast-check";
import { expect, test } from "vitest";
import { firstDifference } from "./first-difference.ts";

const same = (text: string): string => text;

test("equal sequences don't part, an early end does", () => {
  expect(firstDifference([], [], same)).toBeUndefined();
  expect(firstDifference(["a", "b"], ["a", "b"], same)).toBeUndefined();
  expect(firstDifference(["a"], ["a", "b"], same)).toEqual({ index: 1, left: undefined, right: "b" });
  expect(firstDifference(["x"], [], same)).toEqual({ index: 0, left: "x", right: undefined });
});

test("what comes before the place is equal, what stands there isn't", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2)), fc.array(fc.nat(2)), (left, right) => {
      const found = firstDifference(left, right, String);
      if (found === undefined) {
        expect(left).toEqual(right);
        return;
      }
      expect(left.slice(0, found.index)).toEqual(right.slice(0, found.index));
      expect(left[found.index]).not.toBe(right[found.index]);
    }),
  );
});
