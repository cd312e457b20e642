import { describe, expect, it } from "vitest";
import { PacketNumbers } from "./packet-numbers.ts";

const always = (value: number) => () => new Uint8Array([value & 255, (value >>> 8) & 255, 0, 0]);

describe("PacketNumbers", () => {
  // Requirement: P-5
  it.each([
    [0, 64],
    [960, 1_024],
    [961, 64],
  ])("draw %i skips a number %i after the last skip", (draw, distance) => {
    const numbers = new PacketNumbers(always(draw), 2 ** 31);
    const used = Array.from({ length: 2 * distance }, () => numbers.take());
    expect(used[0]).toBe(1);
    expect(used).not.toContain(distance);
    expect(numbers.skipped).toEqual([distance, 2 * distance]);
    expect(new Set(used).size).toBe(used.length);
  });

  // Requirement: P-5
  it("remembers the last 16 it skipped", () => {
    const numbers = new PacketNumbers(always(0), 2 ** 31);
    for (let count = 0; count < 64 * 20; count += 1) numbers.take();
    expect(numbers.skipped.length).toBe(16);
    expect(numbers.skipped.at(-1)).toBe(64 * 20);
  });

  // Requirements: P-6, RX-70, RX-71
  it("calls implausible what was not sent yet, or skipped", () => {
    const numbers = new PacketNumbers(always(0), 2 ** 31);
    for (let count = 0; count < 70; count += 1) numbers.take();
    const acknowledged = (first: number, last: number) => ({
      largest: last,
      runs: [{ first, last }],
      coveredFrom: first,
    });
    expect(numbers.largest).toBe(71);
    expect(numbers.isPlausible(acknowledged(65, 71))).toBe(true);
    expect(numbers.isPlausible(acknowledged(65, 72))).toBe(false);
    expect(numbers.isPlausible(acknowledged(64, 71))).toBe(false);
    expect(numbers.isPlausible({ largest: 71, runs: [{ first: 65, last: 71 }], coveredFrom: 1 })).toBe(true);
  });

  it.each([
    [62, false, 63],
    [63, true, 65],
  ])("with a limit on a skipped number ends before it: %i taken", (count, isExhausted, next) => {
    const numbers = new PacketNumbers(always(0), 64);
    for (let taken = 0; taken < count; taken += 1) numbers.take();
    expect([numbers.isExhausted, numbers.take()]).toEqual([isExhausted, next]);
  });

  it("is exhausted past its limit, where a CLOSE may still go on", () => {
    const numbers = new PacketNumbers(always(0), 65);
    for (let count = 0; count < 63; count += 1) numbers.take();
    expect([numbers.largest, numbers.isExhausted]).toEqual([63, false]);
    numbers.take();
    expect([numbers.largest, numbers.isExhausted, numbers.isWireExhausted]).toEqual([65, true, false]);
    expect(numbers.take()).toBe(66);
  });
});
