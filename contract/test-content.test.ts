import fc from "fast-check";
import { expect, test } from "vitest";
import { BULK_CANARY } from "./configuration.ts";
import { CANARY_SPACING_BYTES, testContent } from "./test-content.ts";

test("any part is what the whole has there", () => {
  const whole = testContent(7, 0, 64 * 1024);
  fc.assert(
    fc.property(fc.nat(60 * 1024), fc.nat(4_000), (offset, length) => {
      expect(testContent(7, offset, length)).toEqual(whole.subarray(offset, offset + length));
    }),
  );
});

test("the canary stands at every 4 KiB", () => {
  const text = Buffer.from(testContent(3, 0, 5 * CANARY_SPACING_BYTES)).toString("latin1");
  for (let at = 0; at < text.length; at += CANARY_SPACING_BYTES) {
    expect(text.slice(at, at + BULK_CANARY.length)).toBe(BULK_CANARY);
  }
});

test("blocks differ from each other, contents of two seeds too", () => {
  const blocks = new Set<string>();
  for (let number = 0; number < 64; number++) {
    blocks.add(Buffer.from(testContent(1, number * CANARY_SPACING_BYTES, CANARY_SPACING_BYTES)).toString("hex"));
  }
  blocks.add(Buffer.from(testContent(2, 0, CANARY_SPACING_BYTES)).toString("hex"));
  expect(blocks.size).toBe(65);
});

// Requirement: V-18
test("pinned: the evidence makes it anew from its description", () => {
  expect(Buffer.from(testContent(12345, 4096 + 22, 14)).toString("hex")).toMatchInlineSnapshot(
    `"5e4b29c9b6c30100000088a7dd51"`,
  );
});
