import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAcknowledgement } from "../packet/packet-content.ts";
import { AckTracker, DUPLICATE_WINDOW, DuplicateFilter } from "./received-packets.ts";

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

function reportOf(tracker: AckTracker): number[] {
  const report = readAcknowledgement(tracker.largest, tracker.bits, tracker.ranges());
  if (report === undefined) throw new Error("a report that breaks the rules of dsoftbus-transport.md#42-bodies");
  const numbers: number[] = [];
  for (const { first, last } of report.runs) for (let pn = last; pn >= first; pn -= 1) numbers.push(pn);
  return numbers;
}

describe("AckTracker", () => {
  // Requirements
  it("reports what a plain set reports: all of the bitmap, and below it what didn't retire", () => {
    const step = fc.record({
      ahead: fc.oneof(fc.integer({ min: -60, max: 6 }), fc.integer({ min: 30, max: 35 })),
      retires: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const tracker = new AckTracker();
        const received = new Set<number>();
        const retired = new Set<number>();
        for (const { ahead, retires } of steps) {
          const packetNumber = Math.max(1, tracker.largest + ahead);
          if (!received.has(packetNumber)) tracker.onReceived(packetNumber, 0);
          received.add(packetNumber);
          if (retires === 0) {
            tracker.retire([{ first: packetNumber - 5, last: packetNumber }]);
            for (let pn = packetNumber - 5; pn <= packetNumber; pn += 1) if (received.has(pn)) retired.add(pn);
          }
          const inBitmap = (pn: number) => pn >= tracker.largest - 32;
          const expected = [...received].filter((pn) => inBitmap(pn) || !retired.has(pn)).sort((a, b) => b - a);
          expect(reportOf(tracker)).toEqual(expected);
        }
      }),
    );
  });

  // Requirement: R-11
  it.each([
    [31, 31],
    [32, 32],
    [33, 32],
  ])("of %i ranges below the bitmap it lists %i", (count, listed) => {
    const tracker = new AckTracker();
    for (let index = 0; index < count; index += 1) tracker.onReceived(1 + 2 * index, 0);
    tracker.onReceived(1_000, 0);
    const ranges = tracker.ranges();
    expect(ranges.length).toBe(listed);
    expect(ranges.at(-1)).toEqual(count === 33 ? { first: 3, last: 3 } : { first: 1, last: 1 });
  });

  // Requirement: R-11
  it("lists nothing at or below what it forgot", () => {
    const tracker = new AckTracker();
    for (let index = 0; index < 40; index += 1) tracker.onReceived(11 + 2 * index, 0);
    tracker.onReceived(1_000, 0);
    const lowest = tracker.ranges().at(-1)?.first ?? 0;
    tracker.retire([{ first: 1, last: 900 }]);
    tracker.onReceived(lowest - 2 - 1, 0);
    expect(tracker.ranges()).toEqual([]);
    tracker.onReceived(lowest - 1, 0);
    expect(tracker.ranges()).toEqual([{ first: lowest - 1, last: lowest - 1 }]);
  });

  // Requirement: R-11
  it("keeps to 32 ranges when what retires splits the ranges that stay", () => {
    const tracker = new AckTracker();
    for (let packetNumber = 1; packetNumber <= 1_000; packetNumber += 1) tracker.onReceived(packetNumber, 0);
    const reported = Array.from({ length: 80 }, (_, index) => ({ first: 10 * index + 5, last: 10 * index + 6 }));
    tracker.retire(reported);
    expect(tracker.ranges().length).toBe(32);
    expect(tracker.unretiredRanges).toBeLessThanOrEqual(33);
    expect(tracker.ranges()[0]).toEqual({ first: 797, last: 967 });
  });

  // Requirement: P-9
  it("tells the delay since the largest number arrived, in microseconds", () => {
    const tracker = new AckTracker();
    expect(tracker.ackDelayUs(5)).toBe(0);
    tracker.onReceived(2, 10);
    tracker.onReceived(1, 14);
    expect(tracker.ackDelayUs(15.5)).toBe(5_500);
    expect(tracker.ackDelayUs(1e9)).toBe(0xffff_ffff);
  });

  it("calls out of order what is below the largest or leaves a gap", () => {
    const tracker = new AckTracker();
    expect([tracker.isOutOfOrder(1), tracker.isOutOfOrder(2)]).toEqual([false, true]);
    tracker.onReceived(5, 0);
    expect([5, 6, 7].map((pn) => tracker.isOutOfOrder(pn))).toEqual([true, false, true]);
  });
});
