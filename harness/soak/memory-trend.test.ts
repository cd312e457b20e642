import { describe, expect, it } from "vitest";
import { memoryTrend, MIN_SAMPLES, type MemorySample } from "./memory-trend.ts";

const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;

/** One sample a minute. @param mibAt by the minute */
function series(count: number, mibAt: (minute: number) => number): MemorySample[] {
  return Array.from({ length: count }, (_, minute) => ({ atMs: minute * MINUTE_MS, bytes: mibAt(minute) * MIB }));
}

describe("memory over time", () => {
  it("is flat if it stays where it is, whatever the first quarter took", () => {
    const trend = memoryTrend(series(60, (minute) => (minute < 15 ? 20 + 4 * minute : 80)));
    expect(trend).toMatchObject({ isFlat: true, growth: 0, slopeBytesPerHour: 0 });
    expect(trend.secondQuarterBytes).toBe(80 * MIB);
  });

  it("is flat if it saws up and down, with one sample far above the others", () => {
    const saw = memoryTrend(series(60, (minute) => (minute === 59 ? 400 : 80 + (minute % 7))));
    expect(saw.isFlat).toBe(true);
    expect(Math.abs(saw.growth)).toBeLessThan(0.02);
  });

  it("is not flat if a little is lost each minute", () => {
    const trend = memoryTrend(series(60, (minute) => 80 + minute / 2 + (minute % 3)));
    expect(trend.isFlat).toBe(false);
    expect(trend.slopeBytesPerHour / MIB).toBeCloseTo(30, 0);
  });

  it("is flat at ten per cent between the second quarter and the last, and not above", () => {
    const stepped = (mib: number) => memoryTrend(series(60, (minute) => (minute < 45 ? 100 : mib)));
    expect(stepped(110).isFlat).toBe(true);
    expect(stepped(110.2).isFlat).toBe(false);
  });

  it("may shrink", () => {
    expect(memoryTrend(series(60, (minute) => 100 - minute))).toMatchObject({ isFlat: true });
  });

  it("shows in four samples, and not in three", () => {
    expect(memoryTrend(series(MIN_SAMPLES, () => 1)).isFlat).toBe(true);
    expect(() => memoryTrend(series(MIN_SAMPLES - 1, () => 1))).toThrow(RangeError);
  });
});
