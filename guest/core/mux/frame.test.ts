import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../bytes/hex.ts";
import { completeDataFrame, encodeFrame } from "./frame.ts";
import type { ControlFrame, Frame } from "./frame.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import { MuxReject } from "./mux-error.ts";

/** @returns whole frames, DATA put together again */
function decode(pieces: readonly Uint8Array[]): { frames: Frame[]; isMidFrame: boolean } {
  const frames: Frame[] = [];
  let expectedBytes = 0;
  let data: { streamId: number; bytes: number[] } | undefined;
  const decoder = new FrameDecoder({
    onFrame: (frame: ControlFrame) => frames.push(frame),
    onDataStart: (streamId, lengthBytes) => {
      expectedBytes = lengthBytes;
      data = { streamId, bytes: [] };
    },
    onDataBytes: (streamId, bytes) => {
      expect(streamId).toBe(data?.streamId);
      data!.bytes.push(...bytes);
      if (data!.bytes.length === expectedBytes) {
        frames.push({ type: "data", streamId, bytes: Uint8Array.from(data!.bytes) });
      }
    },
  });
  for (const piece of pieces) decoder.push(piece);
  return { frames, isMidFrame: decoder.isMidFrame };
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...pieces, bytes.subarray(at)];
}

const streamId = fc.integer({ min: 1, max: 0xffff_ffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const token = fc.uint8Array({ minLength: 8, maxLength: 8 });
const name = fc
  .string({ minLength: 1, maxLength: 16, unit: "grapheme" })
  .filter((text) => !/\p{Surrogate}/u.test(text) && new TextEncoder().encode(text).length <= 64);
const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    type: fc.constant("open" as const),
    streamId,
    priority: fc.integer({ min: 0, max: 7 }),
    creditBytes: u32,
    name,
  }),
  fc.record({ type: fc.constant("open-ack" as const), streamId, creditBytes: u32 }),
  fc.record({ type: fc.constant("data" as const), streamId, bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
  fc.record({
    type: fc.constant("window-update" as const),
    streamId,
    deltaBytes: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
  fc.record({ type: fc.constant("rst" as const), streamId, code: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({ type: fc.constantFrom("ping" as const, "pong" as const), token }),
  fc.record({ type: fc.constant("close" as const), streamId }),
);

describe("golden frames", () => {
  const file = new URL("../../../fixtures/golden-frames/frames.json", import.meta.url);
  const golden = JSON.parse(readFileSync(file, "utf8")) as {
    frames: { frame: Record<string, unknown>; hex: string }[];
  };
  const toFrame = (json: Record<string, unknown>): Frame => {
    const entries = Object.entries(json).map(([key, value]) =>
      key === "bytes" || key === "token" ? [key, fromHex(value as string)] : [key, value],
    );
    return Object.fromEntries(entries) as Frame;
  };

  // Requirements: M-1, M-2, M-3, M-4, M-5, M-6, M-7, M-8, M-9
  test.each(golden.frames.map((one) => [one.frame["type"] as string, one] as const))("%s", (_type, one) => {
    const hex = one.hex.replaceAll(" ", "");
    expect(toHex(encodeFrame(toFrame(one.frame)))).toBe(hex);
    expect(decode([fromHex(hex)!])).toEqual({ frames: [toFrame(one.frame)], isMidFrame: false });
  });

  test("there is one for every type", () => {
    const types = new Set(golden.frames.map((one) => one.hex.slice(2, 4)));
    expect([...types].sort()).toEqual(["01", "02", "03", "04", "05", "06", "07", "08"]);
  });
});

describe("frame codec", () => {
  test("frames survive any cutting (property)", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }),
        (frames, sizes) => {
          const bytes = Uint8Array.from(frames.flatMap((frame) => [...encodeFrame(frame)]));
          expect(decode(cut(bytes, sizes))).toEqual({ frames, isMidFrame: false });
        },
      ),
    );
  });

  test("a frame cut off at any byte is mid-frame and yields nothing (property)", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = encodeFrame(frame);
        for (let length = 1; length < bytes.length; length += 1) {
          expect(decode([bytes.subarray(0, length)])).toEqual({ frames: [], isMidFrame: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  test("every bit flipped decodes to something else or is rejected with a label (property)", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = encodeFrame(frame);
        for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
          const flipped = bytes.slice();
          flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
          // Priority is ignored but in OPEN.
          if (bit >> 3 === 2 && frame.type !== "open") continue;
          try {
            const decoded = decode([flipped]);
            expect(decoded).not.toEqual({ frames: [frame], isMidFrame: false });
          } catch (error) {
            expect(error).toBeInstanceOf(MuxReject);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test("random bytes never throw anything but a labelled reject (property)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode([bytes]);
        } catch (error) {
          expect(error).toBeInstanceOf(MuxReject);
        }
      }),
    );
  });

  test("a DATA frame that is made around its payload is the one that is encoded from it", () => {
    const frame = Uint8Array.from([...new Uint8Array(12).fill(0xff), 1, 2, 3]);
    completeDataFrame(frame, 9);
    expect(frame).toEqual(encodeFrame({ type: "data", streamId: 9, bytes: Uint8Array.of(1, 2, 3) }));
  });
});
