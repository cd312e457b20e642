import { describe, expect, it } from "vitest";
import { draw32, drawKey, drawUnit } from "./draw.ts";

const SAMPLES = 65_536;

describe("draw", () => {
  it("is the same for the same place and another for any other", () => {
    const key = drawKey(7, "a>b", "flow");
    expect(draw32(key, 3, 1)).toBe(draw32(key, 3, 1));
    const others = [draw32(key, 4, 1), draw32(key, 3, 2), draw32(drawKey(8, "a>b", "flow"), 3, 1)];
    for (const other of others) expect(other).not.toBe(draw32(key, 3, 1));
  });

  it("tells names apart where their concatenation is equal, and seeds above 32 bits", () => {
    expect(drawKey(1, "ab", "c")).not.toBe(drawKey(1, "a", "bc"));
    expect(drawKey(1)).not.toBe(drawKey(1 + 2 ** 32));
  });

  it("pins its values: a logged seed must mean the same for ever", () => {
    const key = drawKey(42, "a>b", "a>b/udp/37010");
    expect([draw32(key, 0, 0), draw32(key, 1, 0), draw32(key, 0, 256)]).toMatchInlineSnapshot(`
      [
        782152658,
        1061235523,
        680434900,
      ]
    `);
  });

  it.each([
    ["index", (key: number, i: number) => draw32(key, i, 0)],
    ["lane", (key: number, i: number) => draw32(key, 0, i)],
    ["seed", (_key: number, i: number) => draw32(drawKey(i, "link"), 0, 0)],
  ])("is uniform along %s: chi-square over 256 buckets of the high and of the low byte", (_name, draw) => {
    const key = drawKey(1, "link");
    for (const shift of [24, 0]) {
      const buckets = new Uint32Array(256);
      for (let i = 0; i < SAMPLES; i++) {
        const bucket = (draw(key, i) >>> shift) & 0xff;
        buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      }
      const expected = SAMPLES / 256;
      const chiSquare = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 255 degrees of freedom: mean 255, standard deviation 22.6; five of them either way.
      expect(chiSquare).toBeGreaterThan(142);
      expect(chiSquare).toBeLessThan(368);
    }
  });

  it("has neighbours without correlation", () => {
    const key = drawKey(5, "link");
    let sum = 0;
    for (let i = 0; i < SAMPLES; i++) sum += (drawUnit(key, i, 0) - 0.5) * (drawUnit(key, i + 1, 0) - 0.5);
    // Each product has variance 1/144; five standard deviations of the mean.
    expect(Math.abs(sum / SAMPLES)).toBeLessThan(5 / 12 / Math.sqrt(SAMPLES));
  });

  it("avalanches: one changed bit of the index changes half of the result", () => {
    const key = drawKey(9, "link");
    let changed = 0;
    for (let i = 0; i < 2_048; i++) {
      let difference = draw32(key, i, 0) ^ draw32(key, i ^ (1 << (i % 16)), 0);
      for (; difference !== 0; difference &= difference - 1) changed += 1;
    }
    expect(changed / 2_048).toBeGreaterThan(15.5);
    expect(changed / 2_048).toBeLessThan(16.5);
  });
});
