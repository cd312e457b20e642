import { expect, test } from "vitest";
import { NONE, type PacketRow } from "../model/packet-columns.ts";
import { thinOut } from "./thin-out.ts";

const ROW: PacketRow = {
  ...{ file: 0, tap: 0, session: NONE, fromInitiator: 0, number: 1, timeUs: 0, way: 0, kind: 4, bytes: 100 },
  ...{ fate: 0, repeated: 0, packetNumber: 1, acknowledged: 0, delivered: 0, window: 0, offset: 0, dataBytes: 1 },
};
/** One for each millisecond of 100 s. */
const ROWS = Array.from({ length: 100_000 }, (_, at) => ({ ...ROW, number: at + 1, timeUs: at * 1000 }));

test("few packets are all shown", () => {
  expect(thinOut(ROWS, [], () => false)).toEqual({ rows: ROWS, bins: [] });
});

test("of many those about a time, about a fault and those that a rule names are shown, the rest is counted", () => {
  const rows = ROWS.map((row) => (row.number === 70_001 ? { ...row, fate: 1 } : row));
  const { rows: shown, bins } = thinOut(rows, [20_000], ({ number }) => number === 5, 20_000);
  const numbers = shown.map(({ number }) => number);
  expect(numbers[0]).toBe(5);
  expect(numbers.slice(1, 4_002)).toEqual(Array.from({ length: 4_001 }, (_, at) => 18_001 + at));
  expect(numbers.slice(4_002)).toEqual(Array.from({ length: 4_001 }, (_, at) => 68_001 + at));
  const counted = bins.reduce((sum, { count }) => sum + count, 0);
  expect(counted).toBe(rows.length - shown.length);
  expect(bins[0]).toEqual({ atMs: 0, tap: 0, count: 99, bytes: 9_900, losses: 0 });
});

test("there is a bound even if there is a fault with each packet, and the nearest to a fault are kept", () => {
  const rows = ROWS.map((row) => ({ ...row, fate: 1 }));
  const { rows: shown, bins } = thinOut(rows, [], () => false, 1_000);
  expect(shown).toHaveLength(1_000);
  expect(bins.reduce((sum, { losses }) => sum + losses, 0)).toBe(99_000);
});
