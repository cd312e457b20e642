import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameSplitter, MAX_FRAME_BYTES } from "./frame-splitter.ts";
import { message } from "./test-nic.fixture.ts";

function split(chunks: readonly Buffer[]): { frames: Buffer[]; pending: number } {
  const splitter = new FrameSplitter();
  const frames: Buffer[] = [];
  for (const chunk of chunks) splitter.push(chunk, (frame) => frames.push(Buffer.from(frame)));
  return { frames, pending: splitter.pendingBytes };
}

test("frames come out whole, wherever the chunks were cut", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(2_500), { maxLength: 12 }), (sizes, cuts) => {
      const frames = sizes.map((size, index) => Buffer.alloc(size, index + 1));
      const stream = Buffer.concat(frames.map(message));
      const at = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
      const chunks = at.slice(1).map((end, index) => stream.subarray(at[index], end));
      expect(split(chunks)).toEqual({ frames, pending: 0 });
    }),
  );
});

test("a torn frame waits and is not delivered", () => {
  expect(split([message(Buffer.alloc(100)).subarray(0, 103)])).toEqual({ frames: [], pending: 103 });
});

test.each([MAX_FRAME_BYTES - 1, MAX_FRAME_BYTES])("a frame of %d bytes is taken", (length) => {
  expect(split([message(Buffer.alloc(length))]).frames[0]?.length).toBe(length);
});

test("a longer one is an error as soon as its length is read, not after buffering it", () => {
  const announced = Buffer.alloc(4);
  announced.writeUInt32BE(MAX_FRAME_BYTES + 1);
  expect(() => split([announced])).toThrow(expect.objectContaining({ code: "fabric-frame-too-long" }));
});
