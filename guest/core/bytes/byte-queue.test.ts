import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteQueue } from "./byte-queue.ts";

describe("ByteQueue", () => {
  test("gives back what was put in, in any cutting (property)", () => {
    const step = fc.oneof(
      fc.record({ append: fc.uint8Array({ maxLength: 3_000 }) }),
      fc.record({ read: fc.integer({ min: 0, max: 4_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        let model: number[] = [];
        for (const one of steps) {
          if ("append" in one) {
            queue.append(one.append);
            model.push(...one.append);
          } else {
            const expected = model.slice(0, one.read);
            model = model.slice(one.read);
            expect([...(queue.read(one.read) ?? [])]).toEqual(expected);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.heldBytes).toBeGreaterThanOrEqual(queue.length);
        }
        expect([...(queue.read(Number.MAX_SAFE_INTEGER) ?? [])]).toEqual(model);
        expect(queue.heldBytes).toBe(0);
      }),
    );
  });

  test("copies in and out", () => {
    const queue = new ByteQueue();
    const source = Uint8Array.of(1, 2, 3);
    queue.append(source);
    source[0] = 9;
    expect(queue.read(3)).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("65,536 single bytes hold no more than they are and one block", () => {
    const queue = new ByteQueue();
    for (let index = 0; index < 65_536; index += 1) queue.append(Uint8Array.of(index & 0xff));
    expect(queue.length).toBe(65_536);
    expect(queue.heldBytes).toBe(65_536);
    queue.append(Uint8Array.of(1));
    expect(queue.heldBytes).toBe(65_536 + 1_024);
  });

  test("reads through more blocks than are dropped together", () => {
    const queue = new ByteQueue();
    for (let index = 0; index < 200; index += 1) queue.append(new Uint8Array(1_024).fill(index));
    for (let index = 0; index < 200; index += 1) {
      const block = queue.read(1_024);
      expect(block?.[0]).toBe(index);
      expect(block?.at(-1)).toBe(index);
    }
    expect(queue.read(1)).toBeUndefined();
    expect(queue.heldBytes).toBe(0);
  });

  test("clear drops everything, and the queue goes on", () => {
    const queue = new ByteQueue();
    queue.append(new Uint8Array(5_000));
    queue.read(10);
    queue.clear();
    expect([queue.length, queue.heldBytes]).toEqual([0, 0]);
    queue.append(Uint8Array.of(7));
    expect(queue.read(10)).toEqual(Uint8Array.of(7));
  });

  test("readInto fills only what waits", () => {
    const queue = new ByteQueue();
    queue.append(Uint8Array.of(1, 2));
    const target = new Uint8Array(4);
    expect(queue.readInto(target)).toBe(2);
    expect(target).toEqual(Uint8Array.of(1, 2, 0, 0));
  });
});
