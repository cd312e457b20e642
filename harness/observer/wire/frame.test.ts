import { expect, test } from "vitest";
import { type FrameOptions, LINK_TYPES, tcpFrame, udpFrame } from "./capture-frames.fixture.ts";
import { addressOfSocket, decodeFrame, type FrameContent } from "./frame.ts";

const A = { address: "10.77.0.1", port: 40_001 };
const B = { address: "10.77.0.2", port: 37_021 };
const A6 = { address: "fe80::1", port: 40_001 };
const B6 = { address: "fe80:1::2:0:0:2", port: 37_021 };
const PAYLOAD = Buffer.from("some bytes of it");

function contentOf(frame: Buffer, link: FrameOptions["link"] = "ethernet"): FrameContent | undefined {
  return decodeFrame(LINK_TYPES[link], frame)?.content;
}

test.each(["ethernet", "sll", "sll2", "raw", "null"] as const)("UDP and TCP over IPv4 and IPv6, link %s", (link) => {
  const options = { link };
  expect(contentOf(udpFrame(A, B, PAYLOAD, options), link)).toMatchObject({
    kind: "udp",
    from: "10.77.0.1:40001",
    to: "10.77.0.2:37021",
    checksum: "good",
    lengthsAgree: true,
    payload: PAYLOAD,
  });
  expect(contentOf(udpFrame(A6, B6, PAYLOAD, options), link)).toMatchObject({
    from: "[fe80::1]:40001",
    to: "[fe80:1::2:0:0:2]:37021",
    checksum: "good",
  });
  expect(contentOf(tcpFrame(A, B, { sequence: 7, flags: 18, payload: PAYLOAD }, options), link)).toMatchObject({
    kind: "tcp",
    sequence: 7,
    syn: true,
    ack: true,
    fin: false,
    checksum: "good",
    payload: PAYLOAD,
    payloadBytes: PAYLOAD.length,
  });
});

test("a cooked frame says which way it went, a link type that isn't known nothing at all", () => {
  const direction = (packetType: number) =>
    decodeFrame(LINK_TYPES.sll, udpFrame(A, B, PAYLOAD, { link: "sll", packetType }))?.link.direction;
  expect([direction(0), direction(4), direction(3)]).toEqual(["received", "sent", undefined]);
  expect(decodeFrame(147, udpFrame(A, B, PAYLOAD))).toBeUndefined();
});

test.each(["good", "offloaded", "bad"] as const)("a checksum that is %s", (checksum) => {
  expect(contentOf(udpFrame(A, B, PAYLOAD, { checksum }))).toMatchObject({ checksum });
  expect(contentOf(udpFrame(A6, B6, PAYLOAD, { checksum }))).toMatchObject({ checksum });
  expect(contentOf(tcpFrame(A, B, { sequence: 1, payload: PAYLOAD }, { checksum }))).toMatchObject({ checksum });
});

test("every flipped bit of IP or UDP is noticed", () => {
  const frame = udpFrame(A, B, PAYLOAD);
  for (let bit = 14 * 8; bit < frame.length * 8; bit += 1) {
    const damaged = Buffer.from(frame);
    damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
    const content = contentOf(damaged);
    const isIntact = content?.kind === "udp" && content.checksum === "good";
    expect(isIntact, `bit ${bit}`).toBe(false);
  }
});

test("Ethernet padding is not counted, a VLAN tag is told, a snap length too", () => {
  const frame = udpFrame(A, B, PAYLOAD);
  expect(contentOf(Buffer.concat([frame, Buffer.alloc(16)]))).toMatchObject({ checksum: "good", lengthsAgree: true });
  const tagged = Buffer.concat([frame.subarray(0, 12), Buffer.from([0x81, 0, 0, 7]), frame.subarray(12)]);
  expect(decodeFrame(1, tagged)).toMatchObject({ link: { vlanTags: 1 }, content: { kind: "udp", checksum: "good" } });
  expect(contentOf(frame.subarray(0, 50))).toMatchObject({ kind: "udp", checksum: "cut" });
  expect(contentOf(tcpFrame(A, B, { sequence: 1, payload: PAYLOAD }).subarray(0, 60))).toMatchObject({
    checksum: "cut",
    payloadBytes: PAYLOAD.length,
  });
});

test("fragments are told, of IPv4 and of IPv6", () => {
  const frame = udpFrame(A, B, PAYLOAD);
  frame.writeUInt16BE(0x2000, 14 + 6);
  expect(contentOf(frame)).toMatchObject({ kind: "fragment", source: A.address });
  const six = udpFrame(A6, B6, PAYLOAD);
  six[14 + 6] = 44;
  const header = Buffer.from([17, 0, 0, 1, 0, 0, 0, 9]);
  const fragment = Buffer.concat([six.subarray(0, 54), header, six.subarray(54)]);
  fragment.writeUInt16BE(fragment.length - 54, 14 + 4);
  expect(contentOf(fragment)).toMatchObject({ kind: "fragment" });
});

test("no cut of a frame makes a decoder throw", () => {
  for (const link of ["ethernet", "sll", "sll2", "raw", "null"] as const) {
    for (const frame of [udpFrame(A6, B6, PAYLOAD, { link }), tcpFrame(A, B, { sequence: 1 }, { link })]) {
      for (let length = 0; length <= frame.length; length += 1) {
        expect(() => decodeFrame(LINK_TYPES[link], frame.subarray(0, length))).not.toThrow();
      }
    }
  }
});

test("the address of a socket", () => {
  expect(addressOfSocket("[::1]:5")).toBe("::1");
  expect(addressOfSocket("10.0.0.1:5")).toBe("10.0.0.1");
});
