import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../bytes/hex.ts";
import { decodeRecord, encodeRecord } from "./record.ts";
import type { TcpRecord } from "./record.ts";

const anyRecord: fc.Arbitrary<TcpRecord> = fc.oneof(
  fc.record({ kind: fc.constant("data" as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 50 }) }),
  fc.record({
    kind: fc.constant("close" as const),
    code: fc.integer({ min: 0, max: 0xffff }),
    reason: fc.string({ maxLength: 60 }),
  }),
  fc.constantFrom<TcpRecord>({ kind: "fin" }, { kind: "accept" }),
);

describe("records", () => {
  // Requirements: T-3, T-4
  test.each<[string, TcpRecord]>([
    ["00616263", { kind: "data", bytes: Uint8Array.of(0x61, 0x62, 0x63) }],
    ["01", { kind: "fin" }],
    ["02060068c3bc", { kind: "close", code: 6, reason: "hü" }],
    ["03", { kind: "accept" }],
  ])("golden %s", (hex, record) => {
    expect(toHex(encodeRecord(record))).toBe(hex);
    expect(decodeRecord(fromHex(hex)!)).toEqual(record);
  });

  test("round trip (property)", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeRecord(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  // Requirements: T-8, T-10, RX-96, RX-97
  test.each([
    ["", "empty"],
    ["00", "DATA without bytes"],
    ["0100", "FIN with more"],
    ["0201", "half a code"],
    ["020000ff", "no UTF-8"],
    ["0300", "ACCEPT with more"],
    ["04", "unknown kind"],
  ])("malformed %s: %s", (hex) => {
    expect(decodeRecord(fromHex(hex)!)).toBeUndefined();
  });

  // Requirements: T-8, RX-97
  test("a reason: 255 bytes fit, 256 are cut when written and malformed when read", () => {
    const close = (length: number): TcpRecord => ({ kind: "close", code: 0, reason: "r".repeat(length) });
    expect(encodeRecord(close(255))).toHaveLength(258);
    expect(encodeRecord(close(256))).toHaveLength(258);
    const long = new Uint8Array(3 + 256).fill(0x72);
    long.set([2, 0, 0]);
    expect(decodeRecord(long)).toBeUndefined();
    expect(decodeRecord(long.subarray(0, 258))).toEqual({ ...close(255) });
  });
});
