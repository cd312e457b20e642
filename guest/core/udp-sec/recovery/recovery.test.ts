import { describe, expect, it } from "vitest";
import { NewReno } from "../congestion/new-reno.ts";
import { type PacketNumberRange, readAcknowledgement } from "../packet/packet-content.ts";
import { Recovery } from "./recovery.ts";
import { recordOf } from "./sent-record.fixture.ts";

interface Probe {
  readonly recovery: Recovery;
  readonly reno: NewReno;
  readonly acknowledged: number[];
  readonly lost: [number, string][];
  readonly send: (
    packetNumber: number,
    nowMs: number,
    part?: { isProbe?: boolean; isFin?: boolean; length?: number },
  ) => void;
  /** Acknowledges `largest`, `received` below it in the bitmap, and ranges. */
  readonly ack: (largest: number, received: number[], nowMs: number, ranges?: PacketNumberRange[]) => void;
}

function make(sentRecords = 2_048, probeRecords = 8): Probe {
  const acknowledged: number[] = [];
  const lost: [number, string][] = [];
  const reno = new NewReno({ mssBytes: 1_200, capBytes: 1024 * 1024 });
  const listener = {
    onAcknowledged: (record: { packetNumber: number }) => acknowledged.push(record.packetNumber),
    onLost: (record: { packetNumber: number }, cause: string) => lost.push([record.packetNumber, cause]),
    onReportAcknowledged: () => undefined,
  };
  const timing = { handshakeRttMs: 100, peerAckDelayMs: 25, nowMs: 0 };
  const recovery = new Recovery({ sentRecords, probeRecords }, reno, listener, timing);
  const send: Probe["send"] = (packetNumber, nowMs, { isProbe = false, isFin = false, length = 100 } = {}) => {
    const offset = 100 * packetNumber;
    const stretch = { offset, length, isFin, isProbe };
    recovery.onSent({ ...recordOf(recovery, packetNumber, nowMs), ...stretch });
  };
  const ack: Probe["ack"] = (largest, received, nowMs, ranges = []) => {
    let bits = 0;
    for (const packetNumber of received) bits |= 1 << (largest - 1 - packetNumber);
    const acknowledgement = readAcknowledgement(largest, bits >>> 0, ranges);
    if (acknowledgement === undefined) throw new Error("bad test");
    recovery.onAcknowledgement(acknowledgement, 0, nowMs);
  };
  return { recovery, reno, acknowledged, lost, send, ack };
}

describe("loss detection", () => {
  // Requirement: R-14
  it.each([
    [2, []],
    [3, [[1, "threshold"]]],
    [4, [[1, "threshold"], [2, "threshold"]]], // prettier-ignore
  ])("by threshold: acknowledging %i above", (above, expected) => {
    const { send, ack, lost } = make();
    for (let pn = 1; pn <= 5; pn += 1) send(pn, 0);
    ack(1 + above, [], 50);
    expect(lost).toEqual(expected);
  });

  // Requirements
  it("leaves to time what no acknowledgement covered", () => {
    const { send, ack, lost, recovery } = make();
    for (let pn = 1; pn <= 60; pn += 1) send(pn, pn / 10);
    ack(60, [], 80);
    // The bitmap reaches down to 28; 58 and 59 are within the threshold.
    expect(lost.map(([pn]) => pn)).toEqual(Array.from({ length: 30 }, (_, index) => index + 28));
    const deadlineMs = recovery.lossDeadlineMs ?? 0;
    expect(deadlineMs).toBeCloseTo(0.1 + (9 / 8) * Math.max(recovery.rtt.smoothedMs, recovery.rtt.latestMs));
    expect(recovery.probeDeadlineMs).toBeUndefined();
    recovery.onLossTimer(deadlineMs - 0.001);
    expect(lost.length).toBe(30);
    recovery.onLossTimer(deadlineMs);
    expect(lost.at(-1)).toEqual([1, "time"]);
  });

  // Requirement: R-2
  it("by time, too, when the same acknowledgement comes again", () => {
    const { send, lost, acknowledged, recovery } = make();
    for (let pn = 1; pn <= 3; pn += 1) send(pn, 0);
    const same = readAcknowledgement(2, 0, []);
    if (same === undefined) throw new Error("bad test");
    recovery.onAcknowledgement(same, 0, 50);
    send(4, 60);
    recovery.onAcknowledgement(same, 0, 61);
    expect([lost, acknowledged, recovery.flight.count]).toEqual([[], [2], 3]);
    recovery.onAcknowledgement(same, 0, recovery.lossDeadlineMs ?? 0);
    expect([lost, acknowledged, recovery.flight.count]).toEqual([[[1, "time"]], [2], 2]);
  });

  it("covers by ranges down to the lowest", () => {
    const { send, ack, lost, acknowledged } = make();
    for (let pn = 1; pn <= 60; pn += 1) send(pn, 0);
    ack(60, [...Array.from({ length: 32 }, (_, index) => 28 + index)], 50, [{ first: 10, last: 20 }]);
    expect(lost.map(([pn]) => pn)).toEqual([21, 22, 23, 24, 25, 26, 27]);
    expect(acknowledged.length).toBe(33 + 11);
  });
});

describe("spurious losses", () => {
  it("are counted, undo the event, and leave no trace of persistent congestion", () => {
    const { send, ack, recovery, reno, acknowledged } = make();
    for (let pn = 1; pn <= 8; pn += 1) send(pn, 1);
    ack(8, [7, 6, 5, 4, 3], 100);
    expect([recovery.counters.lost, reno.cwndBytes]).toEqual([2, 6_000]);
    ack(8, [7, 6, 5, 4, 3, 2, 1], 110);
    expect([recovery.counters.spurious, reno.cwndBytes]).toEqual([2, 12_000]);
    expect(acknowledged.length).toBe(8);
  });

  it("are not recognised three probe timeouts later", () => {
    const { send, ack, recovery, reno } = make();
    for (let pn = 1; pn <= 8; pn += 1) send(pn, 1);
    ack(8, [7, 6, 5, 4, 3, 2], 100);
    expect(recovery.flight.lostCount).toBe(1);
    ack(0, [], 100 + 3 * recovery.probeTimeout.baseMs + 1);
    expect(recovery.flight.lostCount).toBe(0);
    ack(8, [7, 6, 5, 4, 3, 2, 1], 2_000);
    expect([recovery.counters.spurious, reno.cwndBytes]).toEqual([0, 6_000]);
  });
});

describe("records", () => {
  // Requirements: R-26, B-5
  it("keep 8 of 2,048 for probes", () => {
    const { send, recovery } = make();
    for (let pn = 1; pn <= 2_039; pn += 1) send(pn, 0);
    expect(recovery.flight.hasRoom).toBe(true);
    send(2_040, 0);
    expect(recovery.flight.hasRoom).toBe(false);
    for (let pn = 2_041; pn <= 2_048; pn += 1) {
      expect(recovery.flight.hasRoomForProbe).toBe(true);
      send(pn, 0, { isProbe: true });
    }
    expect(recovery.flight.hasRoomForProbe).toBe(false);
    expect(recovery.flight.bytes).toBe(recovery.flight.recountBytes());
  });

  // Requirement: R-28
  it("let a probe take the oldest probe's, which is lost without a congestion event", () => {
    const { send, recovery, lost, reno } = make(10, 2);
    for (let pn = 1; pn <= 8; pn += 1) send(pn, 0);
    for (let pn = 9; pn <= 11; pn += 1) send(pn, 0, { isProbe: true });
    expect(lost).toEqual([[9, "probe"]]);
    expect([recovery.flight.count, reno.cwndBytes, recovery.counters.congestionEvents]).toEqual([10, 12_000, 0]);
  });

  // Requirement: R-28
  it("give lost ones away before anything waits", () => {
    const { send, ack, recovery } = make(10, 0);
    for (let pn = 1; pn <= 10; pn += 1) send(pn, 0);
    ack(10, [], 1);
    expect([recovery.flight.count, recovery.flight.lostCount]).toEqual([2, 7]);
    for (let pn = 11; pn <= 17; pn += 1) send(pn, 1);
    expect([recovery.flight.count, recovery.flight.lostCount]).toEqual([9, 1]);
    expect(recovery.flight.hasRoom).toBe(true);
    send(18, 1);
    expect([recovery.flight.count, recovery.flight.lostCount, recovery.flight.hasRoom]).toEqual([10, 0, false]);
  });

  // Requirement: R-29
  it("mean nothing to an acknowledgement that comes after them", () => {
    const { send, ack, acknowledged, recovery } = make();
    send(1, 0);
    ack(1, [], 10);
    ack(1, [], 20);
    expect([acknowledged, recovery.rtt.latestMs]).toEqual([[1], 10]);
  });
});

describe("what data packets had reported", () => {
  it("retires once for all that reported the same, and anew where a bit or the largest differs", () => {
    const retired: (readonly PacketNumberRange[])[] = [];
    const ignore = (): void => undefined;
    const listener = {
      onAcknowledged: ignore,
      onLost: ignore,
      onReportAcknowledged: (ranges: readonly PacketNumberRange[]) => void retired.push(ranges),
    };
    const reno = new NewReno({ mssBytes: 1_200, capBytes: 1024 * 1024 });
    const timing = { handshakeRttMs: 100, peerAckDelayMs: 25, nowMs: 0 };
    const recovery = new Recovery({ sentRecords: 64, probeRecords: 8 }, reno, listener, timing);
    // A gap below 9 is filled between the 2nd packet and the 3rd; 10 arrives before the 4th.
    const reports = [[9, 0b10], [9, 0b10], [9, 0b11], [10, 0b111]] as const; // prettier-ignore
    reports.forEach(([reportedAck, reportedBits], index) => {
      const rest = { offset: 100 * index };
      recovery.onSent({ ...recordOf(recovery, index + 1, index), reportedAck, reportedBits, ...rest });
      recovery.onAcknowledgement(
        { largest: index + 1, runs: [{ first: index + 1, last: index + 1 }], coveredFrom: 1 },
        0,
        10,
      );
    });
    expect(retired).toEqual([
      [{ first: 9, last: 9 }, { first: 7, last: 7 }], // prettier-ignore
      [{ first: 7, last: 9 }],
      [{ first: 7, last: 10 }],
    ]);
  });
});
