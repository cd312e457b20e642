import { describe, expect, it } from "vitest";
import type { PairOptions } from "./connection-pair.fixture.ts";
import { ConnectionPair, PatternTransfer } from "./connection-pair.fixture.ts";

const MIB = 1024 * 1024;

function transferBothWays(options: PairOptions, totalBytes: number): ConnectionPair {
  const pair = new ConnectionPair(options);
  const there = new PatternTransfer(pair.initiator, pair.responder, totalBytes);
  const back = new PatternTransfer(pair.responder, pair.initiator, totalBytes);
  pair.application = () => {
    there.step(pair.nowMs);
    back.step(pair.nowMs);
  };
  pair.run(() => pair.initiator.end !== undefined && pair.responder.end !== undefined);
  expect([there.received, back.received]).toEqual([totalBytes, totalBytes]);
  return pair;
}

function expectCleanEnd(pair: ConnectionPair): void {
  expect(pair.initiator.end).toEqual({ name: "NO_ERROR", code: 0, reason: "", by: "local" });
  expect(pair.responder.end?.name).toBe("NO_ERROR");
  expect([pair.initiator.isReadFinished, pair.responder.isReadFinished]).toEqual([true, true]);
}

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

describe("transfer of 1 MiB both ways", () => {
  // Requirements, RX-80
  it.each([1, 2, 3, 4, 5, 6])("at a tenth lost, with reordering and duplicates, seed %i", (seed) => {
    const pair = transferBothWays({ seed, loss: 0.1, jitterMs: 10, duplicate: 0.05 }, MIB);
    expectCleanEnd(pair);
    expect(pair.initiator.stats().counters.retransmittedPackets).toBeGreaterThan(20);
    expect(pair.responder.stats().counters.duplicates).toBeGreaterThan(10);
  });

  it("on a clean path sends nothing twice and lets the window grow", () => {
    const pair = transferBothWays({ handshakeRttMs: 30 }, MIB);
    expectCleanEnd(pair);
    const stats = pair.initiator.stats();
    expect(stats.counters.retransmittedPackets).toBe(0);
    expect(stats.recovery).toEqual({ lost: 0, spurious: 0, congestionEvents: 0, persistentCongestions: 0 });
    expect(stats.cwndBytes).toBeGreaterThan(100_000);
    expect(pair.nowMs).toBeLessThan(1_500);
  });

  it("survives a path that is dead for two seconds", () => {
    const drop = (_from: string, _datagram: Uint8Array, nowMs: number) => nowMs > 100 && nowMs < 2_100;
    const pair = transferBothWays({ drop, handshakeRttMs: 30 }, MIB);
    expectCleanEnd(pair);
    expect(pair.nowMs).toBeGreaterThan(2_100);
  });

  // Requirements: C-5, R-25
  it("collapses to two packets when a sender's only path is dead for long: persistent congestion", () => {
    const drop = (_from: string, _datagram: Uint8Array, nowMs: number) => nowMs > 100 && nowMs < 2_100;
    const pair = new ConnectionPair({ drop, handshakeRttMs: 30 });
    const there = new PatternTransfer(pair.initiator, pair.responder, MIB);
    let smallest = Infinity;
    pair.application = () => {
      there.step(pair.nowMs);
      smallest = Math.min(smallest, pair.initiator.stats().cwndBytes);
    };
    pair.run(() => there.isDone);
    expect(there.received).toBe(MIB);
    expect(pair.initiator.stats().recovery.persistentCongestions).toBe(1);
    expect(smallest).toBe(2_400);
  });

  it.each(SEEDS)("does not stall when eight acknowledgements in a row are lost, whatever the time, seed %i", (seed) => {
    let frames = 0;
    let random = seed;
    let burstEnd = 0;
    const drop = (from: string): boolean => {
      if (from !== "responder") return false;
      frames += 1;
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      if (frames >= burstEnd && random < 0.02 * 2 ** 32) burstEnd = frames + 8;
      return frames < burstEnd;
    };
    const pair = new ConnectionPair({ seed, drop, handshakeRttMs: 50, jitterMs: 1 });
    const there = new PatternTransfer(pair.initiator, pair.responder, MIB);
    pair.application = () => {
      there.step(pair.nowMs);
    };
    pair.run(() => there.isDone, 60_000);
    expect(there.received).toBe(MIB);
    // Each probe timeout sends two probes: eight lost answers are four of them at most, of 0.1, 0.2, 0.4 and 0.8 s.
    expect(pair.nowMs).toBeLessThan(10_000);
  });

  it.each(SEEDS)("does not stall when acknowledgements are lost in bursts, seed %i", (seed) => {
    const drop = (from: string, _datagram: Uint8Array, nowMs: number) => from === "responder" && nowMs % 137 > 67;
    const pair = new ConnectionPair({ seed, drop, handshakeRttMs: 30, jitterMs: 1 });
    const there = new PatternTransfer(pair.initiator, pair.responder, 4 * MIB);
    pair.application = () => {
      there.step(pair.nowMs);
    };
    pair.run(() => there.isDone, 60_000);
    expect(there.received).toBe(4 * MIB);
    expect(pair.nowMs).toBeLessThan(10_000);
  });
});
