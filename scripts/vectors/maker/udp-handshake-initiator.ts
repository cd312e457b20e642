/** MSG2 and RETRY that an initiator must not take as such. */
import { flipped, hex, patched, u16, u32, zeros } from "../../../harness/observer/crypto/bytes.ts";
import { retryFor } from "../../../harness/observer/wire/handshake-datagrams.ts";
import { DEFAULT_PARAMS, type HandshakeChanges, udpHandshake } from "./datagrams.ts";
import { proofOf } from "../../../harness/observer/crypto/device.ts";
import { deviceOf } from "./device.ts";
import { STAGE } from "./udp-stage.ts";
import type { Json, NegativeCase } from "./vector-file.ts";

const { initiator, responder, handshake } = STAGE;
const { msg1, msg2, mac1Key } = handshake;

const changed = (changes: HandshakeChanges): Uint8Array => udpHandshake(initiator, responder, changes).msg2;

function toInitiator(
  name: string,
  requirement: string,
  datagram: Uint8Array,
  verdict: { readonly [key: string]: Json },
  after: readonly string[] = [],
): NegativeCase {
  return { name, requirement, receiver: "initiator", after, datagram: hex(datagram), verdict };
}

export function negativeAnswers(cookie: Uint8Array): NegativeCase[] {
  return [...negativeMsg2(), ...negativeRetry(cookie)];
}

function negativeMsg2(): NegativeCase[] {
  const dropped = (name: string, requirement: string, datagram: Uint8Array, drop: string): NegativeCase =>
    toInitiator(`MSG2: ${name}`, requirement, datagram, { drop });
  const ended = (name: string, requirement: string, datagram: Uint8Array): NegativeCase =>
    toInitiator(`MSG2: ${name}`, requirement, datagram, { dial_fails: "AUTH" });
  const params2 = (part: object): HandshakeChanges => ({ params2: { ...DEFAULT_PARAMS, ...part } });
  const stranger = deviceOf("udp/stranger");
  return [
    dropped("1199 bytes", "RX-26", patched(msg2.subarray(0, 1199), 24, u16(1173)), "bad-size"),
    dropped("another low half", "RX-22", patched(msg2, 4, u32(1)), "unexpected-handshake"),
    dropped("high half 0", "RX-24", patched(msg2, 8, u32(0)), "bad-handshake-header"),
    dropped("ephemeral key flipped", "RX-31", flipped(msg2, 26), "bad-handshake"),
    dropped("ephemeral key of zeros", "H-2", patched(msg2, 26, zeros(32)), "bad-handshake"),
    dropped("sealed payload flipped", "RX-31", flipped(msg2, 700), "bad-handshake"),
    dropped(
      "another half in params than in the header",
      "RX-32",
      changed({ half2: responder.half + 1 }),
      "bad-parameters",
    ),
    dropped("window 16,383", "RX-32", changed(params2({ window: 16_383 })), "bad-parameters"),
    dropped("idle timeout 120,001", "RX-32", changed(params2({ idleTimeoutMs: 120_001 })), "bad-parameters"),
    dropped("ack delay 0", "RX-32", changed(params2({ ackDelayMs: 0 })), "bad-parameters"),
    dropped("padding set", "RX-32", changed({ padding2: flipped(zeros(1015), -1) }), "bad-parameters"),
    ended("a bit of the proof flipped", "RX-33", changed({ proof2: flipped(proofOf(responder.device, "server"), 50) })),
    ended("the initiator's kind of proof", "RX-33", changed({ proof2: proofOf(responder.device, "client") })),
    ended(
      "a good proof of another device",
      "RX-33",
      changed({ proof2: proofOf(stranger, "server", responder.device.staticPublicKey) }),
    ),
    toInitiator("MSG2: a second time", "RX-30", msg2, { drop: "session-half-in-use" }, ["msg2"]),
  ];
}

function negativeRetry(cookie: Uint8Array): NegativeCase[] {
  const retry = retryFor(msg1, mac1Key, cookie, initiator.half);
  const dropped = (name: string, requirement: string, datagram: Uint8Array, drop: string, after?: readonly string[]) =>
    toInitiator(`RETRY: ${name}`, requirement, datagram, { drop }, after);
  return [
    dropped("57 bytes", "RX-26", patched(retry.subarray(0, 57), 24, u16(31)), "bad-size"),
    dropped("high half not 0", "RX-24", patched(retry, 8, u32(1)), "bad-handshake-header"),
    dropped("another low half", "RX-22", patched(retry, 4, u32(1)), "unexpected-handshake"),
    dropped("a bit of the cookie flipped", "RX-28", flipped(retry, 30), "bad-retry-tag"),
    dropped("a bit of the tag flipped", "RX-28", flipped(retry, -1), "bad-retry-tag"),
    dropped(
      "for another MSG1",
      "RX-28",
      retryFor(flipped(msg1, 1170), mac1Key, cookie, initiator.half),
      "bad-retry-tag",
    ),
    dropped("a second one at once", "RX-27", retry, "retry-throttled", ["retry"]),
    dropped("after MSG2", "RX-25", retry, "unexpected-handshake", ["msg2"]),
  ];
}
