import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseSessionHalf } from "./udp-sec/handshake/session-half.ts";
import { TokenBuckets } from "./token-buckets.ts";

const LIMITS = { ratePerSecond: 20, burst: 5, sources: 3 };

describe("token buckets", () => {
  it("never give more than burst + rate x time, and never less to who waits", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 100 }), (gapsMs) => {
        const buckets = new TokenBuckets(LIMITS);
        let nowMs = 0;
        let taken = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const took = buckets.take("a", nowMs);
          if (gapMs >= 50) expect(took).toBe(true);
          taken += took ? 1 : 0;
          expect(taken).toBeLessThanOrEqual(5 + nowMs / 50 + 1e-9);
        }
      }),
    );
  });

  it("are not fooled by a clock that steps back", () => {
    const buckets = new TokenBuckets({ ...LIMITS, burst: 1 });
    expect([buckets.take("a", 100), buckets.take("a", 0), buckets.take("a", 49)]).toEqual([true, false, false]);
  });

  // Requirement: H-30
  it.each([2, 3, 4])("remember 3 sources, the one unused longest is forgotten: %d", (count) => {
    const buckets = new TokenBuckets({ ...LIMITS, burst: 1, ratePerSecond: 0 });
    for (let source = 0; source < count; source += 1) {
      expect(buckets.take(String(source), 0)).toBe(true);
      // Source 0 is used again and again: it is not the oldest.
      if (source > 0) expect(buckets.take("0", 0)).toBe(false);
    }
    expect(buckets.size).toBe(Math.min(count, 3));
    expect(buckets.take("1", 0)).toBe(count > 3);
  });
});

describe("session halves", () => {
  // Requirement: H-15
  it("are non-zero and free, and a generator that repeats itself is noticed", () => {
    const values = [0, 7, 7, 9];
    let index = 0;
    const random = () => Uint8Array.of(values[index++ % values.length] ?? 0, 0, 0, 0);
    expect(chooseSessionHalf(random, (half) => half === 7)).toBe(9);
    expect(chooseSessionHalf(random, () => true)).toBeUndefined();
  });
});
