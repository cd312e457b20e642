import { describe, expect, it } from "vitest";
import { PersistentCongestion } from "./persistent-congestion.ts";
import { HANDSHAKE_DEADLINE_MS } from "../handshake/constants.ts";
import { MAX_RTT_SAMPLE_MS, ProbeTimeout, RttEstimator } from "./rtt.ts";

describe("RttEstimator", () => {
  it("takes no sample for longer than a handshake may take", () => {
    expect(MAX_RTT_SAMPLE_MS).toBe(HANDSHAKE_DEADLINE_MS);
  });

  // Requirement: R-16
  it("starts at 333 ms and half of it, without a sample", () => {
    const rtt = new RttEstimator(undefined, 0);
    expect([rtt.smoothedMs, rtt.variationMs, rtt.minMs, rtt.firstSampleMs]).toEqual([333, 166.5, undefined, undefined]);
  });

  // Requirement: R-16
  it("takes the handshake as its first sample", () => {
    const rtt = new RttEstimator(40, 7);
    expect([rtt.smoothedMs, rtt.variationMs, rtt.minMs, rtt.firstSampleMs]).toEqual([40, 20, 40, 7]);
  });

  // Requirement: R-17
  it("smooths as RFC 9002 5.3 does, less the peer's delay unless that leads below the minimum", () => {
    const rtt = new RttEstimator(40, 0);
    rtt.sample(80, 24, 1);
    expect(rtt.variationMs).toBeCloseTo(0.75 * 20 + 0.25 * 16);
    expect(rtt.smoothedMs).toBeCloseTo(0.875 * 40 + 0.125 * 56);
    const before = rtt.smoothedMs;
    rtt.sample(50, 24, 2);
    expect(rtt.smoothedMs).toBeCloseTo(0.875 * before + 0.125 * 50);
    expect(rtt.lossDelayMs).toBeCloseTo((9 / 8) * Math.max(rtt.smoothedMs, 50));
  });

  it("never waits less than a millisecond for a loss", () => {
    const rtt = new RttEstimator(0, 0);
    expect(rtt.lossDelayMs).toBe(1);
    rtt.sample(-5, 0, 0);
    expect(rtt.latestMs).toBe(0);
  });
});

describe("ProbeTimeout", () => {
  // Requirements
  it("is srtt, four variations and the peer's delay; doubled up to 2 s; reset", () => {
    const timeout = new ProbeTimeout(new RttEstimator(100, 0), 25);
    const seen: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      seen.push(timeout.durationMs);
      timeout.onExpiry();
    }
    expect(seen).toEqual([325, 650, 1_300, 2_000, 2_000, 2_000]);
    for (let count = 0; count < 2_000; count += 1) timeout.onExpiry();
    expect(timeout.durationMs).toBe(2_000);
    timeout.reset();
    expect([timeout.durationMs, timeout.expiries]).toEqual([325, 0]);
  });

  it("doesn't fall below its base when that is above 2 s, and counts at least 1 ms of variation", () => {
    const slow = new ProbeTimeout(new RttEstimator(1_000, 0), 25);
    slow.onExpiry();
    expect(slow.durationMs).toBe(3_025);
    const rtt = new RttEstimator(10, 0);
    for (let count = 0; count < 100; count += 1) rtt.sample(10, 0, 0);
    expect(new ProbeTimeout(rtt, 0).baseMs).toBeCloseTo(11);
  });
});

describe("PersistentCongestion", () => {
  it.each([
    [299, false],
    [300, false],
    [301, true],
  ])("a run of losses over %i ms, with a probe timeout of 100: %s", (spanMs, isPersistent) => {
    const persistent = new PersistentCongestion();
    expect(persistent.onLost(4, 1_000, 100)).toBe(false);
    expect(persistent.onLost(5, 1_000 + spanMs, 100)).toBe(isPersistent);
  });

  it("isn't shown by losses with something acknowledged between", () => {
    const persistent = new PersistentCongestion();
    persistent.onLost(4, 0, 100);
    expect(persistent.onLost(6, 10_000, 100)).toBe(false);
    expect(persistent.onLost(5, 5_000, 100)).toBe(true);
    expect(persistent.onLost(7, 20_000, 100)).toBe(false);
  });

  it("is not shown any more once one of the losses was spurious", () => {
    const persistent = new PersistentCongestion();
    persistent.onLost(4, 0, 100);
    persistent.reset();
    expect(persistent.onLost(5, 10_000, 100)).toBe(false);
  });

  it("keeps at most 32 runs", () => {
    const persistent = new PersistentCongestion();
    for (let run = 0; run <= 32; run += 1) persistent.onLost(2 * run, 0, 100);
    expect(persistent.onLost(1, 10_000, 100)).toBe(true);
    const forgot = new PersistentCongestion();
    for (let run = 0; run <= 33; run += 1) forgot.onLost(10 * run, 0, 100);
    expect(forgot.onLost(1, 10_000, 100)).toBe(false);
  });
});
