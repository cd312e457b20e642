import fc from "fast-check";
import { expect, test } from "vitest";
import { ConnectionPair, pattern, readAll } from "./connection-pair.fixture.ts";

test("bytes arrive in any cutting (property)", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 0, max: 6_000 }), (pieceBytes, length) => {
      const pair = new ConnectionPair().settle(pieceBytes);
      const bytes = pattern(length);
      expect(pair.a.write(bytes, 0)).toBe(length);
      expect(pair.b.write(bytes, 0)).toBe(length);
      pair.a.finish(0);
      pair.b.finish(0);
      expect(readAll(pair, pair.b, pieceBytes)).toEqual(bytes);
      expect(readAll(pair, pair.a, pieceBytes)).toEqual(bytes);
      expect([pair.a.isReadFinished, pair.b.isReadFinished]).toEqual([true, true]);
      expect([pair.a.end?.name, pair.b.end?.name]).toEqual(["NO_ERROR", "NO_ERROR"]);
    }),
    { numRuns: 12 },
  );
});
