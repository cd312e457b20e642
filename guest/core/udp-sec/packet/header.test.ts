import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../bytes/hex.ts";
import { DROP_REASONS, DropCounters } from "./drop-reason.ts";
import {
  changeHeader,
  encodeHeader,
  encodeSessionId,
  FLAG_FIN,
  PACKET_HEADER_BYTES,
  packetHeader,
  PacketType,
  parseHeader,
} from "./header.ts";

const u32 = fc.nat(0xffff_ffff);
const HANDSHAKE = [PacketType.MSG1, PacketType.MSG2, PacketType.MSG3, PacketType.RETRY];
const PACKETS = [PacketType.DATA, PacketType.ACK, PacketType.PING, PacketType.CLOSE];

function datagram(change: Partial<Parameters<typeof encodeHeader>[0]> = {}, bodyBytes = 32): Uint8Array {
  const header = encodeHeader({
    type: PacketType.PING,
    flags: 0,
    sessionLow: 1,
    sessionHigh: 2,
    packetNumber: 3,
    ack: 4,
    ackBits: 5,
    bodyBytes,
    ...change,
  });
  return Uint8Array.from([...header, ...new Uint8Array(bodyBytes)]);
}

describe("header", () => {
  it("that is changed from packet to packet is the one that is written anew", () => {
    const changed = packetHeader(0x04030201, 0xffff_ffff);
    const fields = fc.record({
      type: fc.constantFrom(...PACKETS),
      flags: fc.constantFrom(0, FLAG_FIN),
      ...{ packetNumber: u32, ack: u32, ackBits: u32 },
    });
    fc.assert(
      fc.property(fields, fc.nat(1_174), (header, bodyBytes) => {
        changeHeader(changed, header, bodyBytes);
        const session = { sessionLow: 0x04030201, sessionHigh: 0xffff_ffff };
        expect(changed).toEqual(encodeHeader({ ...session, ...header, bodyBytes }));
      }),
    );
  });

  // Requirement: P-1
  it("has 26 bytes in the documented order", () => {
    const bytes = encodeHeader({
      type: PacketType.DATA,
      flags: FLAG_FIN,
      sessionLow: 0x04030201,
      sessionHigh: 0x08070605,
      packetNumber: 0x0c0b0a09,
      ack: 0x100f0e0d,
      ackBits: 0x14131211,
      bodyBytes: 0x1615,
    });
    expect(toHex(bytes)).toBe("01100100" + "0102030405060708" + "090a0b0c" + "0d0e0f10" + "11121314" + "1516");
    expect(bytes).toHaveLength(PACKET_HEADER_BYTES);
    expect(toHex(encodeSessionId(0x04030201, 0x08070605))).toBe("0102030405060708");
  });

  it("comes back as it was written", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PACKETS),
        u32,
        u32,
        fc.integer({ min: 1, max: 0xffff_ffff }),
        u32,
        u32,
        fc.nat(1174),
        fc.boolean(),
        (type, sessionLow, sessionHigh, packetNumber, ack, ackBits, bodyBytes, fin) => {
          const flags = type === PacketType.DATA && fin ? FLAG_FIN : 0;
          const header = { type, flags, sessionLow, sessionHigh, packetNumber, ack, ackBits, bodyBytes };
          expect(parseHeader(datagram(header, bodyBytes))).toEqual(header);
        },
      ),
    );
  });

  // Requirements: RX-1, RX-2, RX-3, RX-4, RX-5, RX-6, RX-7, RX-9, P-20
  it.each([
    ["too-short", datagram().slice(0, 25)],
    ["oversize", datagram({}, 1175)],
    ["bad-version", datagram().with(0, 2)],
    ["bad-reserved", datagram().with(3, 1)],
    ["bad-length", datagram({ bodyBytes: 31 })],
    ["bad-length", datagram({ bodyBytes: 33 })],
    ["bad-packet-number", datagram({ packetNumber: 0 })],
    ["bad-flags", datagram({ flags: FLAG_FIN })],
    ["bad-flags", datagram({ type: PacketType.DATA, flags: 2 })],
    ["bad-flags", datagram({ type: PacketType.DATA, flags: 0x80 })],
  ])("%s", (reason, bytes) => {
    expect(parseHeader(bytes)).toBe(reason);
  });

  // Requirements: B-2, RX-1
  it("takes sizes of 26 and 1200", () => {
    expect(parseHeader(datagram({}, 0))).toMatchObject({ bodyBytes: 0 });
    expect(parseHeader(datagram({}, 1174))).toMatchObject({ bodyBytes: 1174 });
  });

  // Requirement: RX-5
  it("knows eight types and no other", () => {
    for (let type = 0; type < 256; type += 1) {
      const isHandshake = (HANDSHAKE as number[]).includes(type);
      const bytes = datagram(isHandshake ? { packetNumber: 0, ack: 0, ackBits: 0 } : {}).with(1, type);
      const isKnown = isHandshake || (PACKETS as number[]).includes(type);
      expect(typeof parseHeader(bytes) === "object" || parseHeader(bytes)).toBe(isKnown ? true : "unknown-type");
    }
  });

  // Requirements: H-3, RX-8
  it.each(HANDSHAKE)("has no packet numbers in a handshake datagram (type %d)", (type) => {
    const zero = { type, packetNumber: 0, ack: 0, ackBits: 0 };
    expect(parseHeader(datagram(zero))).toMatchObject(zero);
    for (const field of ["packetNumber", "ack", "ackBits"]) {
      expect(parseHeader(datagram({ ...zero, [field]: 1 }))).toBe("bad-handshake-header");
    }
  });
});

describe("drop counters", () => {
  it("count by name and report in the order of work", () => {
    const counters = new DropCounters();
    expect([counters.total, counters.snapshot()]).toEqual([0, {}]);
    for (const reason of ["duplicate", "oversize", "duplicate"] as const) counters.count(reason);
    expect(Object.entries(counters.snapshot())).toEqual([
      ["oversize", 1],
      ["duplicate", 2],
    ]);
    expect([counters.total, counters.of("duplicate"), counters.of("closed")]).toEqual([3, 2, 0]);
    expect(new Set(DROP_REASONS).size).toBe(DROP_REASONS.length);
  });
});
