import fc from "fast-check";
import { expect, test } from "vitest";
import { ethernet, HOST_A, HOST_B, tcp, udp } from "../../capture-writer.fixture.ts";
import { IntervalSet } from "../interval-set.ts";
import { plaintextSign } from "../randomness.ts";
import { noise } from "../../recorded-run.fixture.ts";
import { decodePacket } from "./packet.ts";
import { StreamAssembler } from "./stream-assembler.ts";
import { readUdpSecHeader } from "./udp-sec-header.ts";

test("UDP with Ethernet padding behind it", () => {
  const frame = Buffer.concat([udp(HOST_A, 5, HOST_B, 6, Buffer.from("hi")), Buffer.alloc(16)]);
  const packet = decodePacket(frame);
  expect(packet).toMatchObject({ sourceMac: HOST_A.mac, destinationMac: HOST_B.mac });
  expect(packet?.ip).toMatchObject({ source: HOST_A.ip, destination: HOST_B.ip, isFragment: false });
  expect(packet?.ip?.transport).toMatchObject({ kind: "udp", sourcePort: 5, destinationPort: 6, payloadLength: 2 });
  expect(packet?.ip?.transport?.payload.toString()).toBe("hi");
});

test("a VLAN tag and IPv6 with a fragment header are seen through", () => {
  const plain = udp(HOST_A, 5, HOST_B, 6, Buffer.from("hi"));
  const tagged = Buffer.concat([plain.subarray(0, 12), Buffer.from([0x81, 0, 0, 7]), plain.subarray(12)]);
  expect(decodePacket(tagged)?.ip?.transport?.payload.toString()).toBe("hi");
  const datagram = plain.subarray(34);
  const header = (next: number, length: number): Buffer => {
    const bytes = Buffer.alloc(40);
    bytes[0] = 0x60;
    bytes.writeUInt16BE(length, 4);
    bytes[6] = next;
    return bytes;
  };
  const six = (body: Buffer): Buffer => ethernet(HOST_A, HOST_B, 0x86dd, body);
  expect(decodePacket(six(Buffer.concat([header(17, 10), datagram])))?.ip).toMatchObject({ isFragment: false });
  const fragment = Buffer.from([17, 0, 0, 1, 0, 0, 0, 9]);
  const first = decodePacket(six(Buffer.concat([header(44, 18), fragment, datagram])));
  expect(first?.ip).toMatchObject({ isFragment: true, transport: { kind: "udp", destinationPort: 6 } });
});

test("no cut or bit error of a frame makes a decoder throw", () => {
  const frames = [udp(HOST_A, 5, HOST_B, 6, Buffer.alloc(40)), tcp(HOST_A, 5, HOST_B, 6, { sequence: 1, flags: 2 })];
  for (const frame of frames) {
    for (let length = 0; length <= frame.length; length++)
      expect(() => decodePacket(frame.subarray(0, length))).not.toThrow();
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = Buffer.from(frame);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => decodePacket(damaged)).not.toThrow();
    }
  }
});

test("a header must say its own length", () => {
  const packet = Buffer.alloc(26 + 20);
  packet[0] = 1;
  packet[1] = 0x10;
  packet.writeUInt32LE(1, 12);
  packet.writeUInt16LE(20, 24);
  expect(readUdpSecHeader(packet)).toMatchObject({ type: 0x10, packetNumber: 1 });
  expect(readUdpSecHeader(packet.subarray(0, -1))).toBeUndefined();
  packet[1] = 0x14;
  expect(readUdpSecHeader(packet)).toBeUndefined();
});

test("a stream comes together from pieces in any order, repeated and overlapping, around the wrap", () => {
  const stream = noise("stream", 300);
  const piece = fc.tuple(fc.nat(299), fc.integer({ min: 1, max: 80 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(0xffff_ffff), (pieces, start) => {
      const assembler = new StreamAssembler(start);
      for (const [at, length] of pieces) assembler.add((start + at) >>> 0, stream.subarray(at, at + length));
      const covered = new Set(pieces.flatMap(([at, length]) => range(at, Math.min(300, at + length))));
      let prefix = 0;
      while (covered.has(prefix)) prefix++;
      expect(assembler.read().bytes).toEqual(stream.subarray(0, prefix));
      expect(assembler.read().hasHole).toBe(covered.size > prefix);
    }),
  );
});

test("what lies before the start of a stream is no part of it", () => {
  const assembler = new StreamAssembler(100);
  assembler.add(99, Buffer.from("keepalive"));
  assembler.add(100, Buffer.from("first"));
  expect(assembler.read().bytes.toString()).toBe("first");
});

test("intervals count distinct and repeated bytes like a plain array does", () => {
  const span = fc.tuple(fc.nat(60), fc.nat(20));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 25 }), (spans) => {
      const intervals = new IntervalSet();
      const naive = new Set<number>();
      let repeated = 0;
      for (const [from, length] of spans) {
        intervals.add(from, from + length);
        for (const at of range(from, from + length)) {
          if (naive.has(at)) repeated += 1;
          naive.add(at);
        }
      }
      expect([intervals.distinctBytes, intervals.repeatedBytes]).toEqual([naive.size, repeated]);
    }),
  );
});

test("ciphertext passes, text and counters don't, at every sample size", () => {
  for (let length = 512; length <= 8_192; length += 512) {
    expect(plaintextSign("x", [noise(`n${length}`, length)])).toBeUndefined();
    expect(plaintextSign("x", [Buffer.alloc(length, "some text in clear ")])).toMatch(/look like plaintext/);
  }
});

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
