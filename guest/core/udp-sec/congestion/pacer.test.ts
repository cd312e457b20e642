import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pacer } from "./pacer.ts";

/** Sends packets of 1,200 until the pacer says no. */
function burst(pacer: Pacer, cwndBytes: number, nowMs: number): number {
  let count = 0;
  while (count < 10_000 && pacer.allows(1_200, { cwndBytes }, 100, nowMs)) {
    pacer.onSent(1_200);
    count += 1;
  }
  return count;
}

describe("Pacer", () => {
  // Requirement: C-9
  it("lets a burst of 12,000 bytes go, then 1.25 windows per round trip", () => {
    const pacer = new Pacer(0);
    expect(burst(pacer, 120_000, 0)).toBe(10);
    // 1.25 * 120,000 / 100 ms = 1,500 bytes per ms
    expect(pacer.deadlineMs).toBeCloseTo(0.8);
    expect(burst(pacer, 120_000, 0.79)).toBe(0);
    expect(burst(pacer, 120_000, 0.8)).toBe(1);
  });

  // Requirement: C-9
  it("earns for the whole wait, at most a window, while data waits", () => {
    const pacer = new Pacer(0);
    burst(pacer, 120_000, 0);
    expect(burst(pacer, 120_000, 40)).toBe(50);
    expect(burst(pacer, 120_000, 10_000)).toBe(100);
  });

  it("holds no more than a burst while nothing waits", () => {
    const pacer = new Pacer(0);
    burst(pacer, 120_000, 0);
    pacer.onIdle();
    expect(pacer.deadlineMs).toBeUndefined();
    expect(burst(pacer, 120_000, 10_000)).toBe(10);
  });

  it("earns too while data waits for something else", () => {
    const pacer = new Pacer(0);
    burst(pacer, 120_000, 0);
    pacer.onBlocked();
    expect(pacer.deadlineMs).toBeUndefined();
    expect(burst(pacer, 120_000, 100)).toBe(100);
  });

  it("always lets a packet go at its own deadline, however the numbers round", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.integer({ min: 2_400, max: 1_048_576 }),
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.integer({ min: 58, max: 1_200 }),
        (startMs, cwndBytes, rttMs, size) => {
          const pacer = new Pacer(startMs);
          let nowMs = startMs;
          for (let count = 0; count < 300; count += 1) {
            if (!pacer.allows(size, { cwndBytes }, rttMs, nowMs)) {
              const deadlineMs = pacer.deadlineMs ?? 0;
              expect(deadlineMs).toBeGreaterThan(nowMs);
              nowMs = deadlineMs;
              expect(pacer.allows(size, { cwndBytes }, rttMs, nowMs)).toBe(true);
            }
            pacer.onSent(size);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
