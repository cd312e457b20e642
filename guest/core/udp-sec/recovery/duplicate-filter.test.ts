import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DUPLICATE_WINDOW, DuplicateFilter } from "./duplicate-filter.ts";

describe("DuplicateFilter", () => {
  it("has a window of at least 4,096 numbers", () => {
    expect(DUPLICATE_WINDOW).toBeGreaterThanOrEqual(4_096);
  });

  it.each([
    [DUPLICATE_WINDOW - 1, "new"],
    [DUPLICATE_WINDOW, "too-old"],
    [DUPLICATE_WINDOW + 1, "too-old"],
  ])("a number %i below the largest is %s", (below, freshness) => {
    const filter = new DuplicateFilter();
    filter.mark(100_000);
    expect(filter.check(100_000 - below)).toBe(freshness);
  });

  it("agrees with a plain set, however far the numbers jump", () => {
    const step = fc.oneof(
      fc.integer({ min: -9_000, max: 200 }),
      fc.integer({ min: -40, max: 40 }),
      fc.constant(20_000),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const filter = new DuplicateFilter();
        const seen = new Set<number>();
        let largest = 0;
        for (const ahead of steps) {
          const packetNumber = Math.max(1, largest + ahead);
          const expected = seen.has(packetNumber) ? "duplicate" : "new";
          const isTooOld = packetNumber + DUPLICATE_WINDOW <= largest;
          expect(filter.check(packetNumber)).toBe(isTooOld ? "too-old" : expected);
          if (isTooOld || seen.has(packetNumber)) continue;
          filter.mark(packetNumber);
          seen.add(packetNumber);
          largest = Math.max(largest, packetNumber);
        }
      }),
    );
  });

  it("works at the end of the number space", () => {
    const filter = new DuplicateFilter();
    filter.mark(2 ** 32 - 2);
    expect(filter.check(2 ** 32 - 1)).toBe("new");
    filter.mark(2 ** 32 - 1);
    expect(filter.check(2 ** 32 - 1)).toBe("duplicate");
    expect(filter.check(2 ** 32 - 2)).toBe("duplicate");
    expect(filter.check(2 ** 32 - 3)).toBe("new");
  });
});
