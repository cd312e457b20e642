import { describe, expect, it } from "vitest";
import { tcpFrame, udpFrame } from "./build-frame.ts";

const A = { host: "10.0.0.1", port: 50_001 };
const B = { host: "10.0.0.2", port: 37_010 };

/** RFC 1071: what is summed with its checksum in place comes to all ones. Written apart from what is tested. */
function sumOf(...parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  bytes.forEach((byte, at) => (sum += at % 2 === 0 ? byte * 256 : byte));
  return sum % 0xffff;
}

function pseudoHeader(frame: Buffer, protocol: number): Buffer {
  const length = frame.length - 34;
  return Buffer.from([...frame.subarray(26, 34), 0, protocol, length >> 8, length & 255]);
}

describe("a frame of virtual time", () => {
  it.each([0, 1, 58, 1200])("around a datagram of %i bytes has the lengths and sums of RFC 791 and 768", (length) => {
    const payload = Buffer.alloc(length, 0xa7);
    const frame = udpFrame(A, B, payload);
    expect(frame.subarray(0, 14).toString("hex")).toBe("5254000000025254000000010800");
    expect(frame.subarray(14, 34)).toHaveLength(20);
    expect([frame.readUInt16BE(16), frame.readUInt16BE(38)]).toEqual([28 + length, 8 + length]);
    expect([frame.readUInt16BE(34), frame.readUInt16BE(36)]).toEqual([A.port, B.port]);
    expect(sumOf(frame.subarray(14, 34))).toBe(0);
    expect(sumOf(pseudoHeader(frame, 17), frame.subarray(34))).toBe(0);
    expect(frame.subarray(42)).toEqual(payload);
  });

  it("around a datagram whose sum is zero says so in the form that isn't 'none'", () => {
    const ports = { from: { ...A, port: 1 }, to: { ...B, port: 1 } };
    const plain = udpFrame(ports.from, ports.to, Buffer.alloc(2));
    const left = plain.readUInt16BE(40);
    const zeroed = udpFrame(ports.from, ports.to, Buffer.from([left >> 8, left & 255]));
    expect(zeroed.readUInt16BE(40)).toBe(0xffff);
  });

  it("around a segment has flags, numbers and sums of RFC 9293", () => {
    const payload = Buffer.from("records");
    const frame = tcpFrame(A, B, { flags: 0x18, sequence: 2 ** 32 + 7, acknowledged: 3 }, payload);
    expect([frame.readUInt32BE(38), frame.readUInt32BE(42), frame[47]]).toEqual([7, 3, 0x18]);
    expect(sumOf(frame.subarray(14, 34))).toBe(0);
    expect(sumOf(pseudoHeader(frame, 6), frame.subarray(34))).toBe(0);
    expect(frame.subarray(54)).toEqual(payload);
  });

  it("is refused for what is no IPv4 address", () => {
    expect(() => udpFrame({ host: "fe80::1", port: 1 }, B, Buffer.alloc(0))).toThrow(RangeError);
  });
});
