import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CongestionPacket } from "./congestion-controller.ts";
import { NewReno } from "./new-reno.ts";

const MIB = 1024 * 1024;

function packet(packetNumber: number, datagramBytes = 1_200): CongestionPacket {
  return { packetNumber, datagramBytes, sentMs: 0 };
}

function limited(capBytes = MIB): NewReno {
  const reno = new NewReno({ mssBytes: 1_200, capBytes });
  reno.onWindowLimited(1_000_000);
  return reno;
}

describe("NewReno", () => {
  // Requirements: C-3, C-4
  it("starts with ten packets and adds what was acknowledged", () => {
    const reno = limited();
    expect(reno.cwndBytes).toBe(12_000);
    reno.onAcknowledged(packet(1, 700));
    expect(reno.cwndBytes).toBe(12_700);
  });

  // Requirements: C-1, B-3
  it("allows exactly the window", () => {
    const reno = new NewReno({ mssBytes: 1_200, capBytes: MIB });
    expect([10_799, 10_800, 10_801].map((bytes) => reno.canSend(bytes, 1_200))).toEqual([true, true, false]);
  });

  // Requirements: C-10, B-3
  it("allows no more than the cap, and doesn't grow past it", () => {
    const reno = limited(13_000);
    reno.onAcknowledged(packet(1, 1_200));
    expect(reno.cwndBytes).toBe(13_000);
    expect([reno.canSend(11_800, 1_200), reno.canSend(11_801, 1_200)]).toEqual([true, false]);
  });

  // Requirement: C-6
  it("doesn't grow for packets that left while the application was the limit", () => {
    const reno = new NewReno({ mssBytes: 1_200, capBytes: MIB });
    reno.onWindowLimited(5);
    reno.onAcknowledged(packet(6, 1_200));
    expect(reno.cwndBytes).toBe(12_000);
    reno.onAcknowledged(packet(5, 1_200));
    expect(reno.cwndBytes).toBe(13_200);
  });

  // Requirements: C-1, C-5
  it("halves once per round trip, down to two packets", () => {
    const reno = limited();
    expect([reno.onLost(packet(3), 20), reno.onLost(packet(20), 25), reno.cwndBytes]).toEqual([true, false, 6_000]);
    expect([reno.onLost(packet(21), 30), reno.onLost(packet(31), 40), reno.cwndBytes]).toEqual([true, true, 2_400]);
    expect(reno.ssthreshBytes).toBe(2_400);
  });

  it("names its phase: slow start, recovery until a packet sent since is acknowledged, congestion avoidance", () => {
    const reno = limited();
    expect(reno.phase).toBe("slow start");
    reno.onAcknowledged(packet(1));
    expect(reno.phase).toBe("slow start");
    reno.onLost(packet(3), 20);
    expect(reno.phase).toBe("recovery");
    reno.onAcknowledged(packet(20));
    expect(reno.phase).toBe("recovery");
    reno.onAcknowledged(packet(21));
    expect(reno.phase).toBe("congestion avoidance");
    reno.onPersistentCongestion();
    expect(reno.phase).toBe("slow start");
  });

  // Requirement: C-2
  it("counts in the datagrams that it was given", () => {
    const reno = new NewReno({ mssBytes: 1_000, capBytes: MIB });
    expect(reno.cwndBytes).toBe(10_000);
    reno.onPersistentCongestion();
    expect(reno.cwndBytes).toBe(2_000);
  });

  // Requirement: C-7
  it("doesn't grow for packets that left before the loss was known", () => {
    const reno = limited();
    reno.onLost(packet(3), 20);
    // A window's worth: one packet more, if they counted.
    for (let packetNumber = 16; packetNumber <= 20; packetNumber += 1) reno.onAcknowledged(packet(packetNumber, 1_200));
    expect(reno.cwndBytes).toBe(6_000);
    for (let packetNumber = 21; packetNumber <= 24; packetNumber += 1) reno.onAcknowledged(packet(packetNumber, 1_200));
    expect(reno.cwndBytes).toBe(6_000);
    reno.onAcknowledged(packet(25, 1_200));
    expect(reno.cwndBytes).toBe(7_200);
  });

  // Requirement: C-4
  it("adds one packet per window acknowledged when avoiding congestion, without losing a byte", () => {
    const reno = limited();
    reno.onLost(packet(3), 20);
    for (let packetNumber = 0; packetNumber < 5; packetNumber += 1) reno.onAcknowledged(packet(21, 1_199));
    expect(reno.cwndBytes).toBe(6_000);
    reno.onAcknowledged(packet(21, 5));
    expect(reno.cwndBytes).toBe(7_200);
  });

  it("carries what slow start can't use across ssthresh", () => {
    const reno = limited();
    reno.onLost(packet(3), 20);
    reno.onPersistentCongestion();
    expect([reno.cwndBytes, reno.ssthreshBytes]).toEqual([2_400, 6_000]);
    for (let packetNumber = 0; packetNumber < 3; packetNumber += 1) reno.onAcknowledged(packet(21, 1_200));
    reno.onAcknowledged(packet(21, 1_000));
    // 2,400 + 3,600 reach ssthresh exactly; 1,000 accumulate.
    expect(reno.cwndBytes).toBe(6_000);
    reno.onAcknowledged(packet(21, 4_999));
    expect(reno.cwndBytes).toBe(6_000);
    reno.onAcknowledged(packet(21, 1));
    expect(reno.cwndBytes).toBe(7_200);
  });

  it("carries the overflow of one large acknowledgement as well", () => {
    const reno = limited();
    reno.onLost(packet(3), 20);
    reno.onPersistentCongestion();
    reno.onAcknowledged(packet(21, 3_600 + 6_000));
    expect(reno.cwndBytes).toBe(7_200);
  });

  // Requirement: C-8
  it("restores window and threshold once every lost packet was acknowledged", () => {
    const reno = limited();
    reno.onAcknowledged(packet(1, 1_200));
    reno.onLost(packet(3), 20);
    reno.onLost(packet(4), 20);
    expect(reno.onSpuriousLoss(3)).toBe(false);
    expect(reno.onSpuriousLoss(4)).toBe(true);
    expect([reno.cwndBytes, reno.ssthreshBytes]).toEqual([13_200, Infinity]);
    expect(reno.onLost(packet(5), 25)).toBe(true);
  });

  it("restores nothing if one of the lost packets was forgotten, or belongs to an earlier event", () => {
    const reno = limited();
    reno.onLost(packet(3), 20);
    reno.onForgotten(3);
    expect(reno.onSpuriousLoss(3)).toBe(false);
    reno.onLost(packet(21), 30);
    reno.onForgotten(3);
    expect(reno.onSpuriousLoss(3)).toBe(false);
    expect(reno.onSpuriousLoss(21)).toBe(true);
    expect(reno.cwndBytes).toBe(6_000);
  });

  it("stays within two packets and the cap, whole bytes, whatever happens", () => {
    const event = fc.record({
      kind: fc.integer({ min: 0, max: 4 }),
      pn: fc.nat(300),
      bytes: fc.integer({ min: 58, max: 9_000 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const reno = limited(50_000);
        for (const { kind, pn, bytes } of events) {
          if (kind <= 1) reno.onAcknowledged(packet(pn, bytes));
          if (kind === 2) reno.onLost(packet(pn), pn + 5);
          if (kind === 3) reno.onPersistentCongestion();
          if (kind === 4) reno.onSpuriousLoss(pn);
          expect(reno.cwndBytes).toBeGreaterThanOrEqual(2_400);
          expect(reno.cwndBytes).toBeLessThanOrEqual(50_000);
          expect(Number.isInteger(reno.cwndBytes)).toBe(true);
        }
      }),
    );
  });
});
