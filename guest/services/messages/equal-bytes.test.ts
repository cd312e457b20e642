import fc from "fast-check";
import { expect, test } from "vitest";
import { equalBytes } from "./equal-bytes.ts";

test("equal is equal, wherever the bytes lie in their buffers", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(7), (bytes, shift) => {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      expect(equalBytes(bytes, moved)).toBe(true);
    }),
  );
});

test("one changed bit or another length is not equal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
      const changed = bytes.slice();
      const at = place % bytes.length;
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      expect(equalBytes(bytes, changed)).toBe(false);
      expect(equalBytes(bytes, bytes.subarray(1))).toBe(false);
    }),
  );
});
