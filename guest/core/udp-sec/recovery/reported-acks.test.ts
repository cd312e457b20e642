import { describe, expect, it } from "vitest";
import { AckTracker } from "./received-packets.ts";
import { ReportedAcks } from "./reported-acks.ts";

describe("ReportedAcks", () => {
  it("gives back once what an acknowledged packet had reported, and forgets those before it", () => {
    const reported = new ReportedAcks();
    for (let pn = 1; pn <= 4; pn += 1) reported.onSent(pn, 100 + pn, 0, pn === 3 ? [{ first: 3, last: 9 }] : []);
    expect([reported.unacknowledged, reported.heldRanges]).toEqual([4, 1]);
    expect(reported.takeAcknowledged([{ first: 5, last: 9 }])).toEqual([]);
    expect(reported.unacknowledged).toBe(4);
    expect(reported.takeAcknowledged([{ first: 1, last: 3 }])).toEqual([
      { first: 103, last: 103 },
      { first: 3, last: 9 },
    ]);
    expect([reported.unacknowledged, reported.heldReports]).toEqual([0, 1]);
    expect(reported.takeAcknowledged([{ first: 1, last: 3 }])).toEqual([]);
    expect(reported.takeAcknowledged([{ first: 4, last: 4 }])).toEqual([{ first: 104, last: 104 }]);
  });

  // Requirement: R-27
  it("holds at most 64, and some of any time since the last acknowledgement", () => {
    const reported = new ReportedAcks();
    for (let pn = 1; pn <= 10_000; pn += 1) {
      reported.onSent(pn, 1, 0, []);
      expect(reported.heldReports).toBeLessThanOrEqual(64);
    }
    // A peer 9,000 packets away: what it names first are the old ones.
    expect(reported.takeAcknowledged([{ first: 1, last: 1_000 }])).not.toEqual([]);
    expect(reported.takeAcknowledged([{ first: 1_001, last: 10_000 }])).not.toEqual([]);
    expect(reported.heldReports).toBe(0);
  });

  it("keeps lists of ranges short where hundreds of ACKs leave in a round trip", () => {
    const acks = new AckTracker();
    const reported = new ReportedAcks();
    const roundTripAcks = 300;
    let longest = 0;
    let received = 0;
    for (let ack = 1; ack <= 3_000; ack += 1) {
      for (let count = 0; count < 8; count += 1) acks.onReceived((received += 1), 0);
      // So often the peer leaves a number out: 15 times in a round trip.
      if (ack % 20 === 0) received += 1;
      const ranges = acks.ranges();
      if (ack > 2 * roundTripAcks) longest = Math.max(longest, ranges.length);
      reported.onSent(ack, acks.largest, acks.bits, ranges);
      const arrived = ack - roundTripAcks;
      if (arrived > 0) acks.retire(reported.takeAcknowledged([{ first: Math.max(1, arrived - 32), last: arrived }]));
    }
    expect(longest).toBeLessThan(20);
  });
});
