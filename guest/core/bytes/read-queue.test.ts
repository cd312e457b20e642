import { describe, expect, it } from "vitest";
import { ReadQueue } from "./read-queue.ts";

/** Pushes pieces of these lengths, again and again. @returns bytes pushed, and the memory behind what is then read */
function memoryFor(lengths: readonly number[], rounds: number): { pushed: number; held: number } {
  const queue = new ReadQueue();
  let pushed = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const length of lengths) {
      queue.push(new Uint8Array(length).fill(1));
      pushed += length;
    }
  }
  const buffers = new Set<ArrayBufferLike>();
  let read = 0;
  for (let piece = queue.read(1); piece !== undefined; piece = queue.read(1)) {
    read += piece.length;
    buffers.add(piece.buffer);
  }
  expect(read).toBe(pushed);
  return { pushed, held: [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0) };
}

describe("ReadQueue", () => {
  it.each([
    ["single bytes", [1]],
    ["pieces just below what is gathered", [511]],
    ["pieces just large enough to be kept", [512]],
    ["large and small in turn", [512, 1]],
    ["full packets and single bytes in turn", [1_134, 1]],
    ["pieces that leave a block half empty", [400, 1_134, 700]],
  ])("holds little more than what waits: %s", (_what, lengths) => {
    const { pushed, held } = memoryFor(lengths, 200);
    expect(held).toBeLessThan(1.5 * pushed + 4_096);
  });

  it("fills the beginning of an array that is longer than what waits", () => {
    const queue = new ReadQueue();
    for (const piece of [[1, 2], [3]]) queue.push(Uint8Array.from(piece));
    const target = new Uint8Array(5);
    queue.readInto(target);
    expect([[...target], queue.readableBytes]).toEqual([[1, 2, 3, 0, 0], 0]);
  });

  it("does not hold the datagrams that small pieces came in", () => {
    const queue = new ReadQueue();
    for (let piece = 0; piece < 1_000; piece += 1) queue.push(new Uint8Array(1_200).subarray(100, 101));
    const buffers = new Set<ArrayBufferLike>();
    for (let byte = queue.read(1); byte !== undefined; byte = queue.read(1)) buffers.add(byte.buffer);
    expect([...buffers].map(({ byteLength }) => byteLength)).toEqual([64, 4_096]);
  });

  it.each([
    ["a piece of a record that somebody else has the rest of", 600, 16_384],
    ["a large one", 8_000, 65_536],
    ["just half", 4_096, 8_192],
  ])("does not hold what a piece is the lesser part of: %s", (_what, pieceBytes, recordBytes) => {
    const queue = new ReadQueue();
    for (let piece = 0; piece < 50; piece += 1) queue.push(new Uint8Array(recordBytes).subarray(7, 7 + pieceBytes));
    expect(queue.heldBytes).toBeLessThan(2 * 50 * pieceBytes + 4_096);
  });

  it("counts the memory behind its pieces, and none once all was read or dropped", () => {
    const queue = new ReadQueue();
    queue.push(new Uint8Array(1_200).subarray(100));
    expect(queue.heldBytes).toBe(1_200);
    queue.push(new Uint8Array(10));
    expect(queue.heldBytes).toBe(1_200 + 4_096);
    queue.read(1_100);
    expect(queue.heldBytes).toBe(4_096);
    queue.read(10);
    expect(queue.heldBytes).toBe(0);
    queue.push(new Uint8Array(600));
    queue.clear();
    expect([queue.heldBytes, queue.readableBytes, queue.read(1)]).toEqual([0, 0, undefined]);
  });

  it("gives a large piece alone where less than was asked for will do", () => {
    const queue = new ReadQueue();
    const large = new Uint8Array(16_384).fill(1);
    for (const piece of [large, new Uint8Array(600).fill(2), new Uint8Array(700).fill(3)]) queue.push(piece);
    expect(queue.readSome(65_536)).toBe(large);
    expect(queue.readSome(65_536)).toHaveLength(1_300);
    expect(queue.readSome(65_536)).toBeUndefined();
    queue.push(large);
    expect(queue.readSome(10)).toHaveLength(10);
    expect(queue.readSome(65_536)).toHaveLength(16_374);
  });

  it("keeps large pieces as they came", () => {
    const queue = new ReadQueue();
    const piece = new Uint8Array(1_134);
    queue.push(piece);
    expect(queue.read(1_134)?.buffer).toBe(piece.buffer);
  });
});
