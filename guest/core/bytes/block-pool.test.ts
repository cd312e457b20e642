import { expect, test } from "vitest";
import { BlockPool, POOLED_BLOCK_BYTES } from "./block-pool.ts";

test("gives back what it was given, to who needs about as much", () => {
  const pool = new BlockPool();
  const block = pool.take(32 * 1024);
  expect(block).toHaveLength(POOLED_BLOCK_BYTES);
  pool.giveBack(block);
  expect(pool.take(26 * 1024)).toBe(block);
  expect(pool.take(26 * 1024)).not.toBe(block);
});

test.each([1, 1_024, 24 * 1024, POOLED_BLOCK_BYTES + 1])(
  "makes an array of %i bytes, and does not keep it",
  (length) => {
    const pool = new BlockPool();
    const bytes = pool.take(length);
    expect(bytes).toHaveLength(length);
    pool.giveBack(bytes);
    expect(pool.freeBytes).toBe(0);
  },
);

test("keeps 32 blocks: 31, 32, 33", () => {
  const pool = new BlockPool();
  const blocks = Array.from({ length: 33 }, () => pool.take(32 * 1024));
  const kept = blocks.map((block) => {
    pool.giveBack(block);
    return pool.freeBytes / POOLED_BLOCK_BYTES;
  });
  expect(kept.slice(-3)).toEqual([31, 32, 32]);
});
