import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NumberReader, NumberWriter } from "./number-codec.ts";
import { decodePackets, encodePackets, type PacketRow } from "./packet-columns.ts";

const whole = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
const rowOf = fc.record({
  ...{ file: fc.nat(3), tap: fc.nat(5), session: fc.integer({ min: -1, max: 9_999 }), fromInitiator: fc.nat(1) },
  ...{ number: whole, timeUs: whole, way: fc.nat(2), kind: fc.nat(17), bytes: fc.nat(65_535), fate: fc.nat(9) },
  ...{ repeated: fc.nat(1), packetNumber: whole, acknowledged: whole, delivered: whole, window: whole },
  ...{ offset: whole, dataBytes: whole },
}) satisfies fc.Arbitrary<PacketRow>;

describe("numbers", () => {
  it("of either sign come back as they were", () => {
    fc.assert(
      fc.property(fc.array(whole), (values) => {
        const writer = new NumberWriter();
        for (const value of values) writer.write(value);
        const reader = new NumberReader(writer.bytes());
        expect(values.map(() => reader.read())).toEqual(values);
        expect(() => reader.read()).toThrow(RangeError);
      }),
    );
  });

  it("that are none, or too large, are refused", () => {
    const writer = new NumberWriter();
    for (const value of [0.5, NaN, Infinity, 2 ** 53]) expect(() => writer.write(value)).toThrow(RangeError);
  });
});

describe("packets as columns", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(fc.array(rowOf, { maxLength: 40 }), (rows) => {
        const columns = decodePackets(encodePackets(rows), rows.length);
        const back = rows.map((row, at) =>
          Object.fromEntries(Object.keys(row).map((name) => [name, columns[name as keyof PacketRow][at]])),
        );
        expect(back).toEqual(rows);
      }),
    );
  });

  it("that are cut short are an error", () => {
    const [row] = fc.sample(rowOf, { numRuns: 1, seed: 1 });
    const bytes = encodePackets(row === undefined ? [] : [row]);
    expect(() => decodePackets(bytes.subarray(0, -1), 1)).toThrow(RangeError);
  });
});
