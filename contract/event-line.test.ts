import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "node:zlib";
import { crc32Hex } from "./crc32.ts";
import { type EventLine, formatEventLine, parseEventLine } from "./event-line.ts";

const events: fc.Arbitrary<EventLine> = fc.record({
  seq: fc.integer({ min: 1, max: 1e9 }),
  source: fc.string({ unit: "binary" }),
  atMs: fc.double({ min: 0, max: 1e12, noNaN: true }).map((at) => Math.abs(Math.round(at * 1000) / 1000)),
  kind: fc.string({ unit: "binary" }),
  data: fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.boolean(), fc.constant(null)),
  ),
});

test("crc-32 gives the check value of the standard", () => {
  expect(crc32Hex("123456789")).toBe("cbf43926");
});

test("crc-32 agrees with zlib", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
      expect(crc32Hex(text)).toBe(crc32(text).toString(16).padStart(8, "0"));
    }),
  );
});

// Requirement: K-5
test("an event comes back as it went in, from one line of ASCII", () => {
  fc.assert(
    fc.property(events, (event) => {
      const line = formatEventLine(event);
      expect(line).toMatch(/^[\x20-\x7e]*\n$/);
      expect(parseEventLine(line.slice(0, -1))).toEqual(JSON.parse(JSON.stringify(event)));
    }),
  );
});

test("a line cut anywhere is torn", () => {
  const line = formatEventLine({ seq: 7, source: "agent", atMs: 1.5, kind: "x", data: { text: "00000000" } }).trimEnd();
  for (let length = 0; length < line.length; length += 1) {
    expect(parseEventLine(line.slice(0, length))).toHaveProperty("torn");
    expect(parseEventLine(line.slice(line.length - length))).toHaveProperty("torn");
  }
});

// Requirement: K-6
test("a line with any one letter changed is torn", () => {
  const line = formatEventLine({ seq: 7, source: "agent", atMs: 1.5, kind: "x", data: { text: "00000000" } }).trimEnd();
  for (let at = 0; at < line.length; at += 1) {
    const other = line[at] === "0" ? "1" : "0";
    expect(parseEventLine(line.slice(0, at) + other + line.slice(at + 1)), `at ${at}`).toHaveProperty("torn");
  }
});

test("two lines in one are torn", () => {
  const line = formatEventLine({ seq: 7, source: "agent", atMs: 1.5, kind: "x", data: {} }).trimEnd();
  expect(parseEventLine(line + line)).toHaveProperty("torn");
});
