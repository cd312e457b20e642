import { describe, expect, it } from "vitest";
import { flowsOf, storyOf } from "./flight.ts";
import { decodePackets, encodePackets, NONE, type PacketRow } from "./packet-columns.ts";
import { PACKET_KINDS } from "./packet-kinds.ts";

const ROW: PacketRow = {
  ...{ file: 0, tap: 0, session: 0, fromInitiator: 1, number: 1, timeUs: 0, way: 0, kind: 0, bytes: 0 },
  ...{
    fate: 0,
    repeated: 0,
    packetNumber: NONE,
    acknowledged: 0,
    delivered: NONE,
    window: NONE,
    offset: NONE,
    dataBytes: NONE,
  },
};
const sent = (timeUs: number, packetNumber: number, more: Partial<PacketRow> = {}): PacketRow => {
  return {
    ...ROW,
    timeUs,
    packetNumber,
    kind: PACKET_KINDS.indexOf("DATA"),
    bytes: 142,
    offset: 0,
    dataBytes: 50,
    ...more,
  };
};
const heard = (timeUs: number, acknowledged: number, more: Partial<PacketRow> = {}): PacketRow => {
  return {
    ...ROW,
    timeUs,
    acknowledged,
    kind: PACKET_KINDS.indexOf("ACK"),
    fromInitiator: 0,
    way: 1,
    delivered: 0,
    window: 1_000,
    ...more,
  };
};

function told(rows: readonly PacketRow[]): ReturnType<typeof storyOf> {
  const columns = decodePackets(encodePackets(rows), rows.length);
  const [flow] = flowsOf(columns);
  if (flow === undefined) throw new RangeError("no flow");
  return storyOf(flow, columns);
}

describe("a direction of a session", () => {
  it("has in flight what was sent and not acknowledged", () => {
    const { inFlight, roundTrips } = told([
      sent(1_000, 1),
      sent(2_000, 2),
      sent(3_000, 3),
      heard(11_000, 2),
      heard(13_000, 3),
    ]);
    expect(inFlight.map(({ bytes }) => bytes)).toEqual([100, 200, 300, 100, 0]);
    expect(roundTrips).toEqual([
      { atMs: 11, ms: 9 },
      { atMs: 13, ms: 10 },
    ]);
  });

  it("counts what the network met and what is sent again", () => {
    const { lost, again } = told([
      sent(1_000, 1, { fate: 1 }),
      sent(2_000, 2),
      sent(9_000, 3, { repeated: 1 }),
      sent(9_500, 4, { fate: 2 }),
    ]);
    expect(lost.map(({ count }) => count)).toEqual([1, 2]);
    expect(again).toEqual([{ atMs: 9, count: 1 }]);
  });

  it("has as much credit as was given and not used, never less for an older word", () => {
    const { credit, delivered } = told([
      heard(1_000, 0),
      sent(2_000, 1, { offset: 0, dataBytes: 400 }),
      heard(3_000, 1, { delivered: 400, window: 1_000 }),
      heard(4_000, 1, { delivered: 0, window: 1_000 }),
    ]);
    expect(credit.map(({ bytes }) => bytes)).toEqual([1_000, 600, 1_000, 1_000]);
    expect(delivered.map(({ bytes }) => bytes)).toEqual([0, 400, 0]);
  });

  it("is told by the NIC where it leaves alone", () => {
    const rows = [
      sent(1_000, 1),
      sent(1_100, 1, { tap: 1, way: 1 }),
      heard(1_200, 1, { tap: 1, way: 0 }),
      heard(1_300, 1),
    ];
    const columns = decodePackets(encodePackets(rows), rows.length);
    expect(flowsOf(columns)).toEqual([{ session: 0, isFromInitiator: true, tap: 0 }]);
    expect(told(rows).inFlight).toHaveLength(2);
  });
});
