import { createDecipheriv } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../bytes/hex.ts";
import { encodeUtf8 } from "../../bytes/utf8.ts";
import { nobleCrypto } from "../../crypto/noble.ts";
import type { PacketTypeCode } from "./header.ts";
import { type PacketContent, writeClose, writeRanges } from "./packet-content.ts";
import { PacketOpener, PacketSealer } from "./packet-protection.ts";
import { readDatagram } from "./read-datagram.fixture.ts";
import { sealClose } from "./seal-close.ts";

interface Golden {
  readonly key: string;
  readonly sessionId: string;
  readonly typ: PacketTypeCode;
  readonly flags: number;
  readonly packetNumber: number;
  readonly ack: number;
  readonly ackBits: number;
  readonly deliveredBytes: number;
  readonly windowBytes: number;
  readonly ackDelayUs: number;
  readonly content: { readonly type: string; readonly bytes?: string } & Record<string, unknown>;
  readonly datagram: string;
}

const FOLDER = new URL("../../../../fixtures/golden-packets/", import.meta.url);
const golden = readdirSync(FOLDER)
  .filter((name) => /^(data|ack|ping|close)/.test(name))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Golden] as const);

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}

function contentOf(packet: Golden): PacketContent {
  const { bytes, ...rest } = packet.content;
  return (bytes === undefined ? rest : { ...rest, bytes: bytesOf(bytes) }) as PacketContent;
}

function sealWithOurCode(packet: Golden): Uint8Array {
  const sealer = new PacketSealer(nobleCrypto.chacha20Poly1305(bytesOf(packet.key)), bytesOf(packet.sessionId));
  const content = contentOf(packet);
  const writer = sealer.begin(packet);
  if (content.type === "data") writer.u64(content.offset).bytes(content.bytes);
  if (content.type === "ack") writeRanges(writer, content.ranges);
  if (content.type === "close") writeClose(writer, content.code, encodeUtf8(content.reason));
  return sealer.seal({ ...packet, type: packet.typ }, writer);
}

/** The plain twin: nothing of ours, field by field from the specification. */
function openWithNode(packet: Golden): Buffer {
  const datagram = Buffer.from(packet.datagram, "hex");
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(BigInt(datagram.readUInt32LE(12)), 4);
  const key = Buffer.from(packet.key, "hex");
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
  decipher.setAAD(datagram.subarray(0, 26), { plaintextLength: datagram.length - 42 });
  decipher.setAuthTag(datagram.subarray(-16));
  return Buffer.concat([decipher.update(datagram.subarray(26, -16)), decipher.final()]);
}

describe("golden packets", () => {
  it("exist for every type of packet", () => {
    expect(new Set(golden.map(([, packet]) => packet.typ))).toEqual(new Set([0x10, 0x11, 0x12, 0x13]));
  });

  // Requirements: P-1, P-2, P-3, P-8, P-10, P-11, P-12, P-13
  it.each(golden)("%s is what our code seals", (_name, packet) => {
    expect(toHex(sealWithOurCode(packet))).toBe(packet.datagram);
  });

  it.each(golden)("%s is what our code reads", (_name, packet) => {
    const opener = new PacketOpener(nobleCrypto.chacha20Poly1305(bytesOf(packet.key)));
    const { deliveredBytes, windowBytes, ackDelayUs, packetNumber, ack, ackBits } = packet;
    const read = readDatagram(opener, bytesOf(packet.datagram));
    expect(read).toMatchObject({ deliveredBytes, windowBytes, ackDelayUs, header: { packetNumber, ack, ackBits } });
    expect(read).toHaveProperty("content", contentOf(packet));
  });

  // Requirements: P-8, P-10, P-11, P-12, P-13
  it.each(golden)("%s is what a plain reader of the specification finds", (_name, packet) => {
    const plain = openWithNode(packet);
    expect(Number(plain.readBigUInt64LE(0))).toBe(packet.deliveredBytes);
    expect(plain.readUInt32LE(8)).toBe(packet.windowBytes);
    expect(plain.readUInt32LE(12)).toBe(packet.ackDelayUs);
    const datagram = Buffer.from(packet.datagram, "hex");
    expect([...datagram.subarray(0, 4)]).toEqual([1, packet.typ, packet.flags, 0]);
    expect(datagram.readUInt16LE(24)).toBe(datagram.length - 26);
    expect(datagram.length).toBeLessThanOrEqual(1200);
  });

  it.each(golden)("%s is refused cut short at any byte", (_name, packet) => {
    const opener = new PacketOpener(nobleCrypto.chacha20Poly1305(bytesOf(packet.key)));
    const datagram = bytesOf(packet.datagram);
    for (let length = 0; length < datagram.length; length += 1) {
      expect(typeof readDatagram(opener, datagram.subarray(0, length))).toBe("string");
    }
  });

  it.each(golden.filter(([, packet]) => packet.datagram.length < 400))(
    "%s is refused with any bit flipped",
    (_n, packet) => {
      const opener = new PacketOpener(nobleCrypto.chacha20Poly1305(bytesOf(packet.key)));
      const datagram = bytesOf(packet.datagram);
      for (let bit = 0; bit < datagram.length * 8; bit += 1) {
        // The session id is compared by the endpoint, and is associated data here: it fails too.
        const flipped = datagram.slice();
        flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
        expect(typeof readDatagram(opener, flipped), `bit ${bit}`).toBe("string");
      }
    },
  );
});

describe("sealClose", () => {
  // Requirement: H-49
  it("seals a CLOSE that acknowledges and grants nothing, its reason cut at a whole character", () => {
    const key = new Uint8Array(32).fill(9);
    const datagram = sealClose(nobleCrypto, key, new Uint8Array(8).fill(1), 1, 3, "ü".repeat(200));
    const read = readDatagram(new PacketOpener(nobleCrypto.chacha20Poly1305(key)), datagram);
    expect(read).toHaveProperty("content", { type: "close", code: 3, reason: "ü".repeat(127) });
    expect(read).toMatchObject({ deliveredBytes: 0, windowBytes: 0, ackDelayUs: 0 });
    expect(key[0]).toBe(9);
  });
});
