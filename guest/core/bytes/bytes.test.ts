import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "./concat.ts";
import { constantTimeEqual } from "./constant-time.ts";
import { fromHex, toHex } from "./hex.ts";
import { ByteReader } from "./reader.ts";
import { decodeUtf8, encodeUtf8, encodeUtf8Prefix } from "./utf8.ts";
import { ByteWriter, ByteWriterError } from "./writer.ts";

describe("reader and writer", () => {
  it("give back what was written, little-endian as a DataView does", () => {
    fc.assert(
      fc.property(
        fc.nat(0xff),
        fc.nat(0xffff),
        fc.nat(0xffff_ffff),
        fc.maxSafeNat(),
        fc.uint8Array({ maxLength: 20 }),
        (u8, u16, u32, u64, tail) => {
          const writer = new ByteWriter(17 + tail.length);
          const bytes = writer.u8(u8).u16(u16).u32(u32).u64(u64).zeros(2).bytes(tail).finish();
          const view = new DataView(bytes.buffer);
          expect([view.getUint8(0), view.getUint16(1, true), view.getUint32(3, true)]).toEqual([u8, u16, u32]);
          expect(view.getBigUint64(7, true)).toBe(BigInt(u64));
          const reader = new ByteReader(bytes);
          expect([reader.u8(), reader.u16(), reader.u32(), reader.u64(), reader.u16()]).toEqual([u8, u16, u32, u64, 0]);
          expect(reader.position).toBe(17);
          expect(reader.remainingBytes).toBe(tail.length);
          expect(reader.rest()).toEqual(tail);
          expect(reader.isExactlyConsumed).toBe(true);
        },
      ),
    );
  });

  it("fail for good on the first read past the end, and say so at the end", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    for (const read of [
      (reader: ByteReader) => reader.u32(),
      (reader: ByteReader) => reader.u64(),
      (reader: ByteReader) => reader.bytes(4).length,
      (reader: ByteReader) => reader.bytes(-1).length,
    ]) {
      const reader = new ByteReader(bytes);
      expect([read(reader), reader.u8(), reader.u16(), reader.rest().length]).toEqual([0, 0, 0, 0]);
      expect(reader).toMatchObject({ hasFailed: true, isExactlyConsumed: false, remainingBytes: 0 });
    }
    expect(new ByteReader(bytes, 4).hasFailed).toBe(true);
    const partly = new ByteReader(bytes, 1);
    expect(partly.u8()).toBe(2);
    expect(partly).toMatchObject({ hasFailed: false, isExactlyConsumed: false });
  });

  it("read a u64 up to 2^53 - 1 and no further", () => {
    const largest = new ByteWriter(8).u64(Number.MAX_SAFE_INTEGER).finish();
    expect(new ByteReader(largest).u64()).toBe(2 ** 53 - 1);
    const larger = Uint8Array.of(0, 0, 0, 0, 0, 0, 0x20, 0);
    const reader = new ByteReader(larger);
    expect([reader.u64(), reader.hasFailed]).toEqual([0, true]);
  });

  it("refuse what does not fit its field or the array", () => {
    for (const write of [
      (writer: ByteWriter) => writer.u8(256),
      (writer: ByteWriter) => writer.u16(65_536),
      (writer: ByteWriter) => writer.u32(2 ** 32),
      (writer: ByteWriter) => writer.u64(2 ** 53),
      (writer: ByteWriter) => writer.u32(-1),
      (writer: ByteWriter) => writer.u8(0.5),
      (writer: ByteWriter) => writer.bytes(new Uint8Array(9)),
      (writer: ByteWriter) => writer.zeros(9),
      (writer: ByteWriter) => writer.u32(1).u64(1),
      (writer: ByteWriter) => writer.u8(1).finish(),
    ]) {
      expect(() => write(new ByteWriter(8))).toThrow(ByteWriterError);
    }
    expect(new ByteWriter(8).u8(255).u16(65_535).written()).toEqual(Uint8Array.of(255, 255, 255));
    const target = new Uint8Array(2);
    expect(new ByteWriter(target).u16(258).finish()).toBe(target);
    expect(target).toEqual(Uint8Array.of(2, 1));
  });
});

describe("hex", () => {
  it("goes there and back, in lower case", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe("000aff");
    expect(fromHex("000AfF")).toEqual(Uint8Array.of(0, 10, 255));
  });

  it.each(["0", "0g", " 00", "0x00", "00\n"])("refuses %j", (text) => expect(fromHex(text)).toBeUndefined());
});

describe("UTF-8", () => {
  it("goes there and back for every well-formed string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
    expect(decodeUtf8(encodeUtf8("\uFEFFa"))).toBe("\uFEFFa");
  });

  it("refuses lone surrogates, overlong forms and what is cut off", () => {
    expect(() => encodeUtf8("a\uD800")).toThrow(expect.objectContaining({ code: "UTF8_LONE_SURROGATE" }));
    for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xff]]) {
      expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
    }
  });

  it("cuts between characters, never within one, and as late as it can", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, maxBytes) => {
        const prefix = decodeUtf8(encodeUtf8Prefix(text, maxBytes));
        expect(prefix !== undefined && text.startsWith(prefix)).toBe(true);
        const next = [...text.slice(prefix?.length)][0];
        const used = encodeUtf8(prefix ?? "").length;
        expect(used).toBeLessThanOrEqual(maxBytes);
        if (next !== undefined) expect(used + encodeUtf8(next).length).toBeGreaterThan(maxBytes);
      }),
    );
  });
});

describe("the rest", () => {
  it("compares by value and length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (bytes, position, bit) => {
        const other = bytes.slice();
        expect(constantTimeEqual(bytes, other)).toBe(true);
        const at = position % bytes.length;
        other[at] = (other[at] ?? 0) ^ (1 << bit);
        expect(constantTimeEqual(bytes, other)).toBe(false);
        expect(constantTimeEqual(bytes, bytes.subarray(1))).toBe(false);
      }),
    );
    expect(constantTimeEqual(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });

  it("concatenates into a new array", () => {
    const part = Uint8Array.of(1);
    const whole = concatBytes(part, new Uint8Array(0), Uint8Array.of(2, 3));
    whole[0] = 9;
    expect([part[0], ...whole]).toEqual([1, 9, 2, 3]);
  });
});
