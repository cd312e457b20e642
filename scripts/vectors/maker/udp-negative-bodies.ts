/** Single packets that no connection may take: by their header, their seal, their form, or what they acknowledge. */
import {
  ascii,
  flipped,
  hex,
  join,
  patched,
  u16,
  u32,
  u64,
  u8,
  zeros,
} from "../../../harness/observer/crypto/bytes.ts";
import { headerOf, TYPES } from "../../../harness/observer/wire/udp-header.ts";
import { ackBody, closeBody, receiverState, sealedPacket } from "../../../harness/observer/wire/sealed-packet.ts";
import { packetOf, pingOf, dataOf, type LooseFields } from "./udp-from-initiator.ts";
import { STAGE } from "./udp-stage.ts";
import type { NegativeCase } from "./vector-file.ts";

const PROTOCOL = 1;
const STATE = receiverState({ delivered: 0, window: 262_144, ackDelayUs: 0 });

const dropped = (name: string, requirement: string, datagram: Uint8Array, drop: string): NegativeCase => ({
  name,
  requirement,
  datagrams: [hex(datagram)],
  verdict: { drop },
});
const closed = (name: string, requirement: string, datagram: Uint8Array): NegativeCase => ({
  name,
  requirement,
  datagrams: [hex(datagram)],
  verdict: { close: PROTOCOL },
});
const ack = (name: string, requirement: string, fields: LooseFields, body = ackBody([])): NegativeCase =>
  closed(name, requirement, packetOf(TYPES.ACK, body, fields));

export function negativeBodies(): NegativeCase[] {
  return [...headers(), ...forms(), ...acknowledgements()];
}

function headers(): NegativeCase[] {
  const ping = pingOf();
  const { initiator, responder } = STAGE;
  const short = headerOf({ typ: TYPES.PING, low: initiator.half, high: responder.half, pn: 1 }, 15);
  return [
    dropped("pn 0", "RX-9", pingOf({ pn: 0 }), "bad-packet-number"),
    dropped("flags of PING", "RX-6", pingOf({ flags: 1 }), "bad-flags"),
    dropped("flag bit 1 of DATA", "RX-6", dataOf(0, ascii("x"), { flags: 2 }), "bad-flags"),
    dropped("len one too large", "RX-7", patched(ping, 24, u16(33)), "bad-length"),
    dropped("a byte behind the packet", "RX-7", join(ping, u8(0)), "bad-length"),
    dropped("ver 0", "RX-3", patched(ping, 0, u8(0)), "bad-version"),
    dropped("rsv 0x80", "RX-4", patched(ping, 3, u8(0x80)), "bad-reserved"),
    dropped("another low half", "RX-50", patched(ping, 4, u32(1)), "unknown-session"),
    dropped("another high half", "RX-50", patched(ping, 8, u32(1)), "unknown-session"),
    dropped("15 bytes behind the header", "RX-54", join(short, zeros(15)), "too-short"),
    dropped("a header alone", "RX-54", patched(short, 24, u16(0)), "too-short"),
    dropped("ciphertext flipped", "RX-55", flipped(ping, 30), "failed-open"),
    dropped("tag flipped", "RX-55", flipped(ping, -1), "failed-open"),
    dropped("ack changed on the way", "RX-55", patched(ping, 16, u32(0)), "failed-open"),
    dropped("sealed for another pn", "RX-55", patched(ping, 12, u32(2)), "failed-open"),
    dropped("sealed by the responder's key", "RX-55", reflected(), "failed-open"),
    dropped("MSG2 to a connection", "RX-22", STAGE.handshake.msg2, "unexpected-handshake"),
  ];
}

/** What the responder sent itself, come back. */
function reflected(): Uint8Array {
  const header = { typ: TYPES.PING, low: STAGE.initiator.half, high: STAGE.responder.half, pn: 1 };
  return sealedPacket(STAGE.handshake.noise.responderKey, header, STATE);
}

function forms(): NegativeCase[] {
  const sized = (typ: number, size: number): Uint8Array => packetOf(typ, join(), { plaintext: zeros(size) });
  const close = (body: Uint8Array): Uint8Array => packetOf(TYPES.CLOSE, body, { window: 0 });
  return [
    ...[0, 8, 15].map((size) => closed(`PING with a plaintext of ${size} bytes`, "RX-60", sized(TYPES.PING, size))),
    closed("ACK of the receiver state alone", "RX-63", sized(TYPES.ACK, 16)),
    closed("CLOSE of the receiver state alone", "RX-65", sized(TYPES.CLOSE, 16)),
    closed("DATA of the receiver state alone", "RX-61", sized(TYPES.DATA, 16)),
    closed("DATA with 7 bytes of an offset", "RX-61", sized(TYPES.DATA, 23)),
    closed("DATA without bytes and without FIN", "RX-61", dataOf(0, join())),
    closed("DATA whose offset is 2^53", "RX-62", dataOf(2n ** 53n, ascii("x"))),
    closed("DATA whose end is 2^53", "RX-62", dataOf(2 ** 53 - 1, ascii("x"))),
    closed("DATA whose offset is 2^64 - 1", "RX-62", dataOf(2n ** 64n - 1n, ascii("x"))),
    closed("PING with a byte behind it", "RX-64", packetOf(TYPES.PING, u8(0))),
    closed("CLOSE without the length of its reason", "RX-65", close(u16(0))),
    closed("CLOSE whose reason is cut", "RX-65", close(closeBody(0, ascii("ab"), 3))),
    closed("CLOSE with a byte behind its reason", "RX-65", close(join(closeBody(0, ascii("ab")), u8(0)))),
    closed("CLOSE whose reason is not UTF-8", "RX-65", close(closeBody(0, Uint8Array.of(0xc3, 0x28)))),
    closed("CLOSE whose reason is an overlong form", "RX-65", close(closeBody(0, Uint8Array.of(0xc0, 0x80)))),
    closed("ACK with 33 ranges", "RX-63", packetOf(TYPES.ACK, ackBody(Array.from({ length: 33 }, () => [1, 1])))),
    closed("ACK with fewer ranges than it says", "RX-63", packetOf(TYPES.ACK, ackBody([[1, 1]], 2))),
    closed("ACK with a byte behind its ranges", "RX-63", packetOf(TYPES.ACK, join(ackBody([]), u8(0)))),
  ];
}

function acknowledgements(): NegativeCase[] {
  return [
    ack("ack 0 with a bit", "RX-66", { ack: 0, ackBits: 1 }),
    ack("ack 0 with a range", "RX-66", { ack: 0 }, ackBody([[1, 1]])),
    ack("ack 1 with a bit for pn 0", "RX-67", { ack: 1, ackBits: 1 }),
    ack("ack 1 with bit 31", "RX-67", { ack: 1, ackBits: 0x80000000 }),
    ack("ack of pn 2, which was not sent", "RX-70", { ack: 2 }),
    ack("ack of pn 2^32 - 1", "RX-70", { ack: 0xffffffff }),
    ack("a range with ack below 34", "RX-68", { ack: 1 }, ackBody([[1, 1]])),
    closed("PING that acknowledges what was not sent", "RX-70", pingOf({ ack: 7 })),
    closed(
      "CLOSE that acknowledges what was not sent",
      "P-18",
      packetOf(TYPES.CLOSE, closeBody(0, join()), { ack: 7 }),
    ),
    closed("delivered 1, but no byte was sent", "RX-72", pingOf({ delivered: 1 })),
    closed("delivered 2^53", "RX-73", pingOf({ delivered: 2n ** 53n })),
    closed(
      "delivered 2^64 - 1",
      "RX-73",
      packetOf(TYPES.PING, join(), { plaintext: join(u64(2n ** 64n - 1n), zeros(8)) }),
    ),
  ];
}
