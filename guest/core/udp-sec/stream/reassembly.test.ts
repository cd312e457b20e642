import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternBytes } from "../connection/connection-pair.fixture.ts";
import { ReadQueue } from "../../bytes/read-queue.ts";
import { Reassembly } from "./reassembly.ts";

describe("Reassembly", () => {
  // Requirement: F-14
  it("delivers what a plain array of known bytes delivers, in any order, overlapping as it may", () => {
    const piece = fc.record({ offset: fc.nat(200), length: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 0, max: 8 }), (pieces, limit) => {
        const reassembly = new Reassembly(limit);
        const known = new Set<number>();
        const delivered: number[] = [];
        for (const { offset, length } of pieces) {
          const before = { held: reassembly.heldBytes, segments: reassembly.segments };
          const outcome = reassembly.insert(offset, patternBytes(offset, length), (bytes) => delivered.push(...bytes));
          if (outcome === "full") {
            expect(offset).toBeGreaterThan(reassembly.delivered);
            expect({ held: reassembly.heldBytes, segments: reassembly.segments }).toEqual(before);
          } else {
            for (let at = offset; at < offset + length; at += 1) known.add(at);
          }
          let contiguous = 0;
          while (known.has(contiguous)) contiguous += 1;
          expect(reassembly.delivered).toBe(contiguous);
          expect(reassembly.heldBytes).toBe([...known].filter((at) => at > contiguous).length);
          expect(reassembly.segments).toBeLessThanOrEqual(limit);
        }
        expect(delivered).toEqual([...patternBytes(0, reassembly.delivered)]);
      }),
    );
  });

  // Requirement: B-7
  it.each([
    [1_023, "taken"],
    [1_024, "taken"],
    [1_025, "full"],
  ])("segment %i out of order is %s; the next in order always taken", (count, outcome) => {
    const reassembly = new Reassembly(1_024);
    let last = "";
    for (let index = 1; index <= count; index += 1) {
      last = reassembly.insert(2 * index, new Uint8Array(1), () => undefined);
    }
    expect(last).toBe(outcome);
    expect(reassembly.insert(0, new Uint8Array(2), () => undefined)).toBe("taken");
    expect(reassembly.delivered).toBe(3);
  });

  it("takes a repeat of what it holds, though full", () => {
    const reassembly = new Reassembly(1);
    reassembly.insert(5, new Uint8Array(5), () => undefined);
    expect(reassembly.insert(6, new Uint8Array(2), () => undefined)).toBe("taken");
    expect(reassembly.insert(6, new Uint8Array(9), () => undefined)).toBe("full");
    reassembly.clear();
    expect([reassembly.heldBytes, reassembly.segments]).toEqual([0, 0]);
  });
});

describe("ReadQueue", () => {
  it("gives back what was pushed, in pieces of any size", () => {
    const step = fc.record({ pushes: fc.boolean(), length: fc.oneof(fc.nat(20), fc.nat(1_200)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = new ReadQueue();
        let pushed = 0;
        let read = 0;
        for (const { pushes, length } of steps) {
          if (pushes) {
            queue.push(patternBytes(pushed, length));
            pushed += length;
          } else {
            const bytes = queue.read(length);
            const expected = Math.min(length, pushed - read);
            expect(bytes?.length ?? 0).toBe(expected);
            expect(bytes ?? new Uint8Array(0)).toEqual(patternBytes(read, expected));
            read += expected;
          }
          expect(queue.readableBytes).toBe(pushed - read);
        }
      }),
    );
  });

  it("compacts behind a reader that never quite catches up", () => {
    const queue = new ReadQueue();
    for (let index = 0; index < 300; index += 1) queue.push(patternBytes(1_000 * index, 1_000));
    for (let index = 0; index < 299; index += 1) expect(queue.read(1_000)).toEqual(patternBytes(1_000 * index, 1_000));
    expect(queue.readableBytes).toBe(1_000);
  });
});
