import { describe, expect, it } from "vitest";
import { directKernel } from "./direct-kernel.ts";
import { decodeLz4Legacy, Lz4Error } from "./lz4-legacy.ts";

/** A legacy frame of blocks. */
function frame(...blocks: readonly number[][]): Buffer {
  const parts = [Buffer.from("02214c18", "hex")];
  for (const block of blocks) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(block.length);
    parts.push(length, Buffer.from(block));
  }
  return Buffer.concat(parts);
}

const [A, B, C] = [0x61, 0x62, 0x63];

describe("decodeLz4Legacy", () => {
  it("copies literals", () => {
    expect(decodeLz4Legacy(frame([0x30, A, B, C]), 3).toString()).toBe("abc");
  });

  it("repeats a match that overlaps itself", () => {
    expect(decodeLz4Legacy(frame([0x21, A, B, 2, 0, 0x10, C]), 8).toString()).toBe("abababac".slice(0, 7) + "c");
  });

  it("copies a match that does not overlap, across blocks", () => {
    expect(decodeLz4Legacy(frame([0x40, A, B, C, A], [0x00, 4, 0]), 8).toString()).toBe("abcaabca");
  });

  it("adds up lengths of 15 and more", () => {
    const literals = Array.from({ length: 15 + 255 + 7 }, (_, index) => index & 0xff);
    expect([...decodeLz4Legacy(frame([0xf0, 255, 7, ...literals]), literals.length)]).toEqual(literals);
  });

  it.each([
    ["a match before the start", frame([0x10, A, 2, 0]), 5],
    ["offset zero", frame([0x10, A, 0, 0]), 5],
    ["literals cut short", frame([0x30, A]), 3],
    ["more output than said", frame([0x30, A, B, C]), 2],
    ["less output than said", frame([0x30, A, B, C]), 4],
    ["a block cut short", frame([0x30, A, B, C]).subarray(0, -1), 3],
  ])("refuses %s", (_, bytes, length) => {
    expect(() => decodeLz4Legacy(bytes, length)).toThrow(Lz4Error);
  });
});

describe("directKernel", () => {
  /** A boot image around a payload that unpacks to `kernel` (15 to 269 bytes, literals only). */
  function image(kernel: Buffer): Buffer {
    const payload = frame([0xf0, kernel.length - 15, ...kernel]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(kernel.length);
    const header = Buffer.alloc(1024);
    header.writeUInt8(1, 0x1f1);
    header.write("HdrS", 0x202);
    header.writeUInt16LE(0x20f, 0x206);
    header.writeUInt32LE(payload.length + 4, 0x24c);
    return Buffer.concat([header, payload, length]);
  }
  const elf = Buffer.from("7f454c46", "hex");
  const pvhNote = Buffer.from("04000000040000001200000058656e0000000001", "hex");

  it("takes out a kernel that can be started directly", () => {
    const kernel = Buffer.concat([elf, pvhNote]);
    expect(directKernel(image(kernel))).toEqual(kernel);
  });

  it("leaves any other image as it is", () => {
    expect(directKernel(image(Buffer.concat([elf, Buffer.alloc(20)])))).toBeUndefined();
    expect(directKernel(image(Buffer.concat([Buffer.alloc(4), pvhNote])))).toBeUndefined();
    expect(directKernel(Buffer.alloc(2048))).toBeUndefined();
    expect(directKernel(Buffer.alloc(0))).toBeUndefined();
    const broken = image(Buffer.concat([elf, pvhNote]));
    broken.writeUInt32LE(0xffff_ffff, 1024 + 4);
    expect(directKernel(broken)).toBeUndefined();
  });
});
