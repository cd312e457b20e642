import { expect, it } from "vitest";
import { applyFlips } from "./decision.ts";
import { udpSecPacketType } from "./frame-info.ts";
import { LinkImpairment } from "./link-impairment.ts";
import { ReplayedDecisions } from "./replayed-decisions.ts";
import type { DecisionRecord } from "./decision.ts";
import type { FrameInfo } from "./frame-info.ts";

const FRAME: FrameInfo = {
  flow: "f",
  protocol: "udp",
  sourcePort: 1,
  destinationPort: 2,
  lengthBytes: 100,
  payloadBytes: 58,
  packetType: undefined,
};

it("applies a log at any later time, and leaves unknown frames to the other source", () => {
  const records: DecisionRecord[] = [];
  const model = new LinkImpairment({ delayMs: 3, faults: [{ kind: "drop", chance: 0.5 }] }, 9, "l", (record) =>
    records.push(record),
  );
  const original = Array.from({ length: 50 }, (_, i) => model.decide(FRAME, i));
  const replay = new ReplayedDecisions(records, "l", new LinkImpairment({ delayMs: 1 }, 0, "l"));
  expect(original.map((_, i) => replay.decide(FRAME, 1_000 + i * 3))).toEqual(original);
  expect(replay.decide(FRAME, 2_000)).toEqual({ deliveries: [{ delayMs: 1 }] });
});

it("takes only the records of its own link", () => {
  const record: DecisionRecord = { link: "other", flow: "f", index: 0, atMs: 0, deliveries: [] };
  const replay = new ReplayedDecisions([record], "l", new LinkImpairment({}, 0, "l"));
  expect(replay.decide(FRAME, 0).deliveries).toHaveLength(1);
});

it("flips the bits that a decision names and no others", () => {
  const payload = new Uint8Array(2);
  applyFlips(payload, [0, 15, 16]);
  expect([...payload]).toEqual([1, 128]);
});

it("reads the packet type of what can be a UDP-sec header", () => {
  const datagram = new Uint8Array(26);
  datagram.set([1, 0x10]);
  expect(udpSecPacketType(datagram)).toBe("data");
  expect(udpSecPacketType(datagram.subarray(0, 25))).toBeUndefined();
  datagram[1] = 0x7f;
  expect(udpSecPacketType(datagram)).toBeUndefined();
});
