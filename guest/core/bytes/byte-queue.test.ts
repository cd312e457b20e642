import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlockPool, POOLED_BLOCK_BYTES } from "./block-pool.ts";
import { ByteQueue } from "./byte-queue.ts";

/** What a queue puts into one block, unless it is told otherwise. */
const LARGEST_BLOCK_BYTES = 32 * 1024;

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

  test("single bytes hold no more than they are and one block, which is of 1 to 33 KiB", () => {
    const queue = new ByteQueue();
    for (let length = 1; length <= 65_536; length += 1) {
      queue.append(Uint8Array.of(length & 0xff));
      const blockBytes = length < 24 * 1_024 ? Math.max(1_024, length) : POOLED_BLOCK_BYTES;
      expect(queue.heldBytes - queue.length).toBeLessThan(blockBytes);
    }
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

  test("what is taken comes with room in front of it, in any cutting (property)", () => {
    const step = fc.oneof(
      fc.record({ append: fc.uint8Array({ maxLength: 5_000 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 4_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue({ headBytes: 3, largestBlockBytes: 2_000 });
        let model: number[] = [];
        for (const one of steps) {
          if ("append" in one) {
            queue.append(one.append);
            model.push(...one.append);
          } else if (queue.length > 0) {
            const count = Math.min(one.take, queue.length);
            expect(queue.firstPieceBytes).toBeGreaterThan(0);
            queue.takeWithHead(count, (whole) => {
              whole.fill(0xee, 0, 3);
              expect([...whole.subarray(3)]).toEqual(model.slice(0, count));
            });
            model = model.slice(count);
          }
        }
        expect([...(queue.read(Number.MAX_SAFE_INTEGER) ?? [])]).toEqual(model);
      }),
    );
  });

  test("what is held stays within twice of what waits, plus a block at each end (property)", () => {
    // One byte, then much: each time a block is begun that most of is not used.
    const size = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40_000 }));
    fc.assert(
      fc.property(size, size, fc.nat(300_000), (odd, even, taken) => {
        const queue = new ByteQueue({ headBytes: 12, pool: new BlockPool() });
        for (let count = 0; queue.length < 300_000; count += 1)
          queue.append(new Uint8Array(count % 2 === 0 ? odd : even));
        queue.read(taken);
        // Two neighbours hold more than one of them could: and a block of the pool is longer than what one holds.
        const blocksOfWaiting = queue.length / LARGEST_BLOCK_BYTES;
        expect(queue.heldBytes).toBeLessThanOrEqual(2 * POOLED_BLOCK_BYTES * (blocksOfWaiting + 1));
      }),
      { examples: [[1, 17 * 1024, 0], [32_769, 1, 226_132]] }, // prettier-ignore
    );
  });

  test("what is appended at once lies in one piece, up to a block", () => {
    const queue = new ByteQueue({ largestBlockBytes: 5_000 });
    queue.append(new Uint8Array(10));
    queue.append(new Uint8Array(6_000));
    const pieces: number[] = [];
    for (let count = queue.firstPieceBytes; count > 0; count = queue.firstPieceBytes) {
      pieces.push(count);
      queue.takeWithHead(count, () => undefined);
    }
    expect(pieces).toEqual([10, 5_000, 1_000]);
  });

  test("a block that was read out is used again", () => {
    const pool = new BlockPool();
    const queue = new ByteQueue({ pool });
    queue.append(new Uint8Array(64 * 1024));
    expect([queue.heldBytes, pool.freeBytes]).toEqual([2 * POOLED_BLOCK_BYTES, 0]);
    queue.read(64 * 1024);
    expect([queue.heldBytes, pool.freeBytes]).toEqual([0, 2 * POOLED_BLOCK_BYTES]);
    queue.append(new Uint8Array(32 * 1024));
    expect(pool.freeBytes).toBe(POOLED_BLOCK_BYTES);
    queue.clear();
    expect(pool.freeBytes).toBe(2 * POOLED_BLOCK_BYTES);
  });

  test("nobody else is given a block while it is used", () => {
    const pool = new BlockPool();
    const [from, to] = [new ByteQueue({ pool }), new ByteQueue({ pool, headBytes: 5 })];
    const bytes = Uint8Array.from({ length: 32 * 1024 }, (_, index) => index);
    from.append(bytes);
    from.takeWithHead(bytes.length, (whole) => {
      expect(pool.freeBytes).toBe(0);
      to.append(whole);
    });
    expect(to.read(bytes.length)).toEqual(bytes);
  });
});
