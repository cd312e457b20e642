import { describe, expect, it } from "vitest";
import { NewReno } from "../congestion/new-reno.ts";
import { readAcknowledgement } from "../packet/packet-content.ts";
import type { LossCause } from "./recovery.ts";
import { Recovery } from "./recovery.ts";
import { recordOf } from "./sent-record.fixture.ts";

function make({ handshakeRttMs }: { readonly handshakeRttMs: number | undefined } = { handshakeRttMs: 100 }) {
  const lost: [number, LossCause][] = [];
  const reno = new NewReno({ mssBytes: 1_200, capBytes: 1024 * 1024 });
  const listener = {
    onAcknowledged: () => undefined,
    onLost: (record: { packetNumber: number }, cause: LossCause) => lost.push([record.packetNumber, cause]),
    onReportAcknowledged: () => undefined,
  };
  const timing = { handshakeRttMs, peerAckDelayMs: 25, nowMs: 0 };
  const recovery = new Recovery({ sentRecords: 2_048, probeRecords: 8 }, reno, listener, timing);
  const send = (packetNumber: number, nowMs: number, isProbe = false) => {
    recovery.onSent({ ...recordOf(recovery, packetNumber, nowMs), offset: 100 * packetNumber, isProbe });
  };
  const ack = (largest: number, nowMs: number, ackDelayUs = 0) => {
    const acknowledgement = readAcknowledgement(largest, 0, []);
    if (acknowledgement === undefined) throw new Error("bad test");
    recovery.onAcknowledgement(acknowledgement, ackDelayUs, nowMs);
  };
  return { recovery, reno, lost, send, ack };
}

describe("the probe timer", () => {
  // Requirement: R-20
  it("counts from the latest ack-eliciting packet, doubles at each expiry, and starts anew with an acknowledgement", () => {
    const { recovery, send, ack } = make();
    expect(recovery.probeDeadlineMs).toBeUndefined();
    send(1, 10);
    send(2, 20);
    // 100 + 4 * 50 + 25.
    expect(recovery.probeDeadlineMs).toBe(20 + 325);
    recovery.onProbeTimer();
    expect(recovery.probeDeadlineMs).toBe(20 + 650);
    send(3, 345, true);
    expect(recovery.probeDeadlineMs).toBe(345 + 650);
    for (let expiry = 0; expiry < 3; expiry += 1) recovery.onProbeTimer();
    expect(recovery.probeDeadlineMs).toBe(345 + 2_000);
    ack(3, 445);
    // 1 and 2 left long before what was acknowledged: they are lost at once.
    expect([recovery.largestAcked, recovery.flight.count]).toEqual([3, 0]);
    expect([recovery.lossDeadlineMs, recovery.probeDeadlineMs]).toEqual([undefined, undefined]);
    send(4, 500);
    expect(recovery.probeDeadlineMs).toBe(500 + recovery.probeTimeout.baseMs);
  });

  // Requirement: R-21
  it("rests while a loss is about to be declared", () => {
    const { recovery, lost, send, ack } = make();
    send(1, 10);
    send(2, 20);
    ack(2, 100);
    expect(recovery.probeDeadlineMs).toBeUndefined();
    const deadlineMs = recovery.lossDeadlineMs ?? 0;
    expect(deadlineMs).toBe(10 + recovery.rtt.lossDelayMs);
    recovery.onLossTimer(deadlineMs);
    expect(lost).toEqual([[1, "time"]]);
    send(3, 300);
    expect(recovery.probeDeadlineMs).toBe(300 + recovery.probeTimeout.baseMs);
  });
});

describe("round trips", () => {
  // Requirements, RX-84
  it("are measured from the largest alone, less the delay that the peer tells, at most what it declared", () => {
    const { recovery, send, ack } = make();
    send(1, 0);
    send(2, 50);
    ack(2, 170, 10_000);
    // 120 ms, of which the peer held 10.
    expect(recovery.rtt.latestMs).toBe(120);
    expect(recovery.rtt.smoothedMs).toBe((7 * 100) / 8 + 110 / 8);
    const before = recovery.rtt.smoothedMs;
    send(3, 200);
    ack(3, 350, 1_000_000);
    expect(recovery.rtt.smoothedMs).toBe((7 * before) / 8 + (150 - 25) / 8);
  });

  // Requirement: R-15
  it("are not measured from what is acknowledged below the largest", () => {
    const { recovery, send, ack } = make();
    send(1, 0);
    send(2, 50);
    ack(2, 150);
    const { smoothedMs } = recovery.rtt;
    const both = readAcknowledgement(2, 1, []);
    if (both !== undefined) recovery.onAcknowledgement(both, 0, 900);
    expect([recovery.rtt.smoothedMs, recovery.flight.count]).toEqual([smoothedMs, 0]);
  });
});

describe("persistent congestion", () => {
  /** Probes over `periodMs`, then an acknowledgement of something later. */
  function outage(periodMs: number): ReturnType<typeof make> {
    const world = make();
    const startMs = 1_000;
    world.send(1, startMs);
    world.send(2, startMs + periodMs / 2);
    world.send(3, startMs + periodMs);
    world.send(7, startMs + periodMs + 10);
    world.ack(7, startMs + periodMs + 110);
    return world;
  }

  // Requirements: R-25, C-5
  it.each([
    [3 * 325 - 0.5, 6_000, 0],
    [3 * 325, 6_000, 0],
    [3 * 325 + 0.5, 2_400, 1],
  ])("of %d ms leaves a window of %d", (periodMs, cwndBytes, count) => {
    // The acknowledged round trip is 100 ms again: the base is that of the first sample, a little steadier.
    const base = make();
    base.send(1, 0);
    base.ack(1, 100);
    const scale = base.recovery.probeTimeout.baseMs / 325;
    const { reno, recovery, lost } = outage(periodMs * scale);
    expect(lost.map(([packetNumber]) => packetNumber)).toEqual([1, 2, 3]);
    expect([reno.cwndBytes, recovery.counters.persistentCongestions]).toEqual([cwndBytes, count]);
    expect(recovery.counters).toMatchObject({ lost: 3, congestionEvents: 1 });
  });

  it("is not seen in packets that left before the first round trip was measured", () => {
    const world = make({ handshakeRttMs: undefined });
    expect(world.recovery.rtt.firstSampleMs).toBeUndefined();
    world.send(1, 0);
    world.send(2, 60_000);
    world.send(7, 60_010);
    world.ack(7, 60_110);
    world.recovery.onLossTimer(70_000);
    expect(world.recovery.counters).toMatchObject({ lost: 2, persistentCongestions: 0 });
  });
});
