import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../bytes/writer.ts";
import { type Header, PacketType, type PacketTypeCode } from "./header.ts";
import {
  bitmapRuns,
  type PacketNumberRange,
  readAcknowledgement,
  readPacket,
  writeClose,
  writeRanges,
} from "./packet-content.ts";

function header(type: PacketTypeCode, flags = 0): Header {
  return { type, flags, sessionLow: 1, sessionHigh: 2, packetNumber: 1, ack: 0, ackBits: 0, bodyBytes: 0 };
}

function plaintext(fill: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(2_000));
  writer.u64(1).u32(2).u32(3);
  fill(writer);
  return writer.written();
}

describe("readPacket", () => {
  // Requirements: P-10, RX-61
  it("demands stream bytes of a DATA without FIN, and none with it", () => {
    const empty = plaintext((writer) => writer.u64(5));
    expect(readPacket(header(PacketType.DATA), empty)).toBeUndefined();
    expect(readPacket(header(PacketType.DATA, 1), empty)?.content).toMatchObject({ offset: 5, isFin: true });
  });

  it.each([
    [1134, true],
    [1135, false],
  ])("takes %i stream bytes: %s", (length, isTaken) => {
    const bytes = plaintext((writer) => writer.u64(0).zeros(length));
    expect(readPacket(header(PacketType.DATA), bytes) !== undefined).toBe(isTaken);
  });

  // Requirements: P-15, P-25, RX-62
  it("refuses offsets whose sum leaves 2^53", () => {
    const at = (offset: number) => plaintext((writer) => writer.u64(offset).zeros(2));
    expect(readPacket(header(PacketType.DATA), at(2 ** 53 - 3))).toBeDefined();
    expect(readPacket(header(PacketType.DATA), at(2 ** 53 - 2))).toBeUndefined();
  });

  // Requirements: P-11, RX-63
  it.each([
    [32, true],
    [33, false],
  ])("takes %i ranges: %s", (count, isTaken) => {
    const ranges = Array.from({ length: count }, (_, index) => ({ first: 1000 - 3 * index, last: 1001 - 3 * index }));
    const bytes = plaintext((writer) => {
      writeRanges(writer, ranges);
    });
    expect(readPacket(header(PacketType.ACK), bytes) !== undefined).toBe(isTaken);
  });

  // Requirements: P-15, RX-64, RX-65
  it("refuses what is cut short or has something left over, at every length", () => {
    const samples: [PacketTypeCode, Uint8Array][] = [
      [PacketType.ACK, plaintext((writer) => void writeRanges(writer, [{ first: 1, last: 2 }]))],
      [PacketType.PING, plaintext(() => undefined)],
      [PacketType.CLOSE, plaintext((writer) => void writeClose(writer, 6, new Uint8Array([104, 105])))],
    ];
    for (const [type, bytes] of samples) {
      expect(readPacket(header(type), bytes)).toBeDefined();
      expect(readPacket(header(type), new Uint8Array([...bytes, 0]))).toBeUndefined();
      for (let cut = 0; cut < bytes.length; cut += 1)
        expect(readPacket(header(type), bytes.subarray(0, cut))).toBeUndefined();
    }
  });

  // Requirements: P-15, RX-65
  it("refuses a reason that isn't UTF-8, and types of the handshake", () => {
    const bad = plaintext((writer) => void writeClose(writer, 6, new Uint8Array([0xff])));
    expect(readPacket(header(PacketType.CLOSE), bad)).toBeUndefined();
    for (const type of [PacketType.MSG1, PacketType.MSG2, PacketType.MSG3, PacketType.RETRY]) {
      expect(
        readPacket(
          header(type),
          plaintext(() => undefined),
        ),
      ).toBeUndefined();
    }
  });
});

describe("readAcknowledgement", () => {
  const bit = (ack: number, packetNumber: number) => (1 << (ack - 1 - packetNumber)) >>> 0;

  // Requirements: P-7, RX-66
  it("knows nothing with ack 0, and refuses bits or ranges then", () => {
    expect(readAcknowledgement(0, 0, [])).toEqual({ largest: 0, runs: [], coveredFrom: 1 });
    expect(readAcknowledgement(0, 1, [])).toBeUndefined();
    expect(readAcknowledgement(0, 0, [{ first: 1, last: 1 }])).toBeUndefined();
  });

  // Requirements: P-7, RX-67
  it("refuses a bit for packet number 0, takes the one for 1", () => {
    for (const ack of [1, 2, 31, 32, 33]) {
      const lowest = bit(ack, 1);
      if (ack > 1) expect(readAcknowledgement(ack, lowest, [])).toBeDefined();
      if (ack <= 32) expect(readAcknowledgement(ack, (1 << (ack - 1)) >>> 0, [])).toBeUndefined();
    }
  });

  // Requirements: P-14, RX-68, RX-69
  it.each<[string, readonly PacketNumberRange[], boolean]>([
    ["just below the bitmap", [{ first: 67, last: 67 }], true],
    ["inside the bitmap", [{ first: 67, last: 68 }], false],
    ["starting at 0", [{ first: 0, last: 3 }], false],
    ["reversed", [{ first: 9, last: 8 }], false],
    ["descending with a gap of one", [{ first: 50, last: 60 }, { first: 40, last: 48 }], true], // prettier-ignore
    ["touching", [{ first: 50, last: 60 }, { first: 40, last: 49 }], false], // prettier-ignore
    ["ascending", [{ first: 40, last: 48 }, { first: 50, last: 60 }], false], // prettier-ignore
  ])("ranges %s for ack 100: taken %s", (_name, ranges, isTaken) => {
    expect(readAcknowledgement(100, 0, ranges) !== undefined).toBe(isTaken);
  });

  // Requirement: P-14
  it("has no ranges with ack below 34", () => {
    expect(readAcknowledgement(33, 0, [{ first: 1, last: 1 }])).toBeUndefined();
    expect(readAcknowledgement(34, 0, [{ first: 1, last: 1 }])).toBeDefined();
  });

  // Requirement: R-2
  it("covers the bitmap, and down to the lowest range if there is one", () => {
    expect(readAcknowledgement(100, 0, [])?.coveredFrom).toBe(68);
    expect(readAcknowledgement(10, 0, [])?.coveredFrom).toBe(1);
    expect(readAcknowledgement(100, 0, [{ first: 20, last: 30 }])?.coveredFrom).toBe(20);
  });

  it("joins the first range to the bitmap it touches", () => {
    expect(readAcknowledgement(100, 0xffff_ffff, [{ first: 5, last: 67 }])?.runs).toEqual([{ first: 5, last: 100 }]);
  });

  it("finds in any bitmap exactly the numbers a plain loop finds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 33, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (ack, bits) => {
        const naive = [ack];
        for (let index = 0; index < 32; index += 1) if ((bits >>> index) & 1) naive.push(ack - 1 - index);
        const found: number[] = [];
        for (const run of bitmapRuns(ack, bits)) for (let pn = run.last; pn >= run.first; pn -= 1) found.push(pn);
        expect(found).toEqual(naive);
      }),
    );
    expect(bitmapRuns(0, 0)).toEqual([]);
  });
});

describe("what a packet acknowledges", () => {
  it("is one run where bitmap and first range touch, two where they don't", () => {
    const touching = readAcknowledgement(100, 0xffff_ffff, [{ first: 50, last: 67 }]);
    expect(touching).toEqual({ largest: 100, runs: [{ first: 50, last: 100 }], coveredFrom: 50 });
    const apart = readAcknowledgement(100, 0xffff_ffff, [{ first: 50, last: 66 }]);
    const runs = [{ first: 68, last: 100 }, { first: 50, last: 66 }]; // prettier-ignore
    expect(apart).toEqual({ largest: 100, runs, coveredFrom: 50 });
    const holey = readAcknowledgement(100, 0x7fff_ffff, [{ first: 50, last: 67 }]);
    expect(holey?.runs).toEqual([{ first: 69, last: 100 }, { first: 50, last: 67 }]); // prettier-ignore
  });

  it("is cut into runs at each clear bit", () => {
    expect(bitmapRuns(10, 0b1_0110)).toEqual([
      { first: 10, last: 10 },
      { first: 7, last: 8 },
      { first: 5, last: 5 },
    ]);
    expect(bitmapRuns(40, 0)).toEqual([{ first: 40, last: 40 }]);
    expect(bitmapRuns(0, 0)).toEqual([]);
  });
});
