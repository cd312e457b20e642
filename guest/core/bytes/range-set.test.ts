import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RangeSet } from "./range-set.ts";

const SPAN = 64;
const operation = fc.record({
  adds: fc.boolean(),
  start: fc.integer({ min: 0, max: SPAN }),
  length: fc.integer({ min: 0, max: 12 }),
});

function valuesOf(ranges: RangeSet): number[] {
  const values: number[] = [];
  for (const { start, end } of ranges.values()) for (let value = start; value < end; value += 1) values.push(value);
  return values;
}

describe("RangeSet", () => {
  it("holds what a plain set holds, in ranges that neither overlap nor touch", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const ranges = new RangeSet();
        const naive = new Set<number>();
        for (const { adds, start, length } of operations) {
          if (adds) ranges.add(start, start + length);
          else ranges.remove(start, start + length);
          for (let value = start; value < start + length; value += 1) {
            if (adds) naive.add(value);
            else naive.delete(value);
          }
          expect(valuesOf(ranges)).toEqual([...naive].sort((left, right) => left - right));
          for (let index = 1; index < ranges.count; index += 1) {
            expect(ranges.at(index)?.start).toBeGreaterThan(ranges.at(index - 1)?.end ?? Infinity);
          }
          expect(ranges.has(start)).toBe(naive.has(start));
          const gaps = new RangeSet();
          for (const gap of ranges.gaps(10, 50)) gaps.add(gap.start, gap.end);
          const missing = Array.from({ length: 40 }, (_, index) => index + 10).filter((value) => !naive.has(value));
          expect(valuesOf(gaps)).toEqual(missing);
        }
      }),
    );
  });

  it("loses what begins within one range and ends within, behind or before another", () => {
    const cases: readonly [number, number, readonly number[]][] = [
      [3, 9, [0, 1, 2]],
      [3, 20, [0, 1, 2]],
      [3, 7, [0, 1, 2, 7, 8]],
      [3, 6, [0, 1, 2, 6, 7, 8]],
      [0, 6, [6, 7, 8]],
      [1, 2, [0, 2, 3, 4, 6, 7, 8]],
      [5, 20, [0, 1, 2, 3, 4]],
    ];
    for (const [start, end, left] of cases) {
      const ranges = new RangeSet();
      ranges.add(0, 5);
      ranges.add(6, 9);
      ranges.remove(start, end);
      expect(valuesOf(ranges)).toEqual(left);
    }
  });

  it("has a first range, until it is cleared", () => {
    const ranges = new RangeSet();
    ranges.add(5, 6);
    ranges.add(1, 2);
    expect(ranges.first).toEqual({ start: 1, end: 2 });
    ranges.clear();
    expect(ranges.first).toBeUndefined();
  });
});
