import { expect, it } from "vitest";
import { nobleCrypto } from "../../crypto/noble.ts";
import { WipedKeyError } from "../../crypto/wiped-key.ts";
import { PacketType } from "./header.ts";
import { PacketOpener, PacketSealer } from "./packet-protection.ts";
import { readDatagram } from "./read-datagram.fixture.ts";

const KEY = new Uint8Array(32).fill(7);
const SESSION = new Uint8Array(8).fill(1);
const NOTHING_RECEIVED = { deliveredBytes: 0, windowBytes: 0, ackDelayUs: 0 };
const FIELDS = { type: PacketType.DATA, flags: 0, packetNumber: 1, ack: 0, ackBits: 0 };

it("a wiped sealer has forgotten its key and what it sealed last", () => {
  const sealer = new PacketSealer(nobleCrypto.chacha20Poly1305(KEY), SESSION);
  const writer = sealer.begin(NOTHING_RECEIVED).u64(0).bytes(new Uint8Array(100).fill(9));
  sealer.seal(FIELDS, writer);
  const plaintext = writer.written();
  expect(plaintext.at(-1)).toBe(9);
  sealer.wipe();
  expect(plaintext.every((byte) => byte === 0)).toBe(true);
  expect(() => sealer.seal(FIELDS, sealer.begin(NOTHING_RECEIVED))).toThrow(WipedKeyError);
});

it("a wiped opener opens nothing more", () => {
  const sealer = new PacketSealer(nobleCrypto.chacha20Poly1305(KEY), SESSION);
  const opener = new PacketOpener(nobleCrypto.chacha20Poly1305(KEY));
  const datagram = sealer.seal(FIELDS, sealer.begin(NOTHING_RECEIVED).u64(0).u8(9));
  expect(readDatagram(opener, datagram)).toHaveProperty("content");
  opener.wipe();
  expect(() => readDatagram(opener, datagram)).toThrow(WipedKeyError);
});
