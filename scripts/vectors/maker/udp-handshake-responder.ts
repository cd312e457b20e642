/** MSG1 and MSG3 that a responder must not take as such. */
import { flipped, hex, patched, u16, u32, u8, zeros } from "../../../harness/observer/crypto/bytes.ts";
import { withMac1 } from "../../../harness/observer/wire/handshake-datagrams.ts";
import { DEFAULT_PARAMS, type HandshakeChanges, udpHandshake } from "./datagrams.ts";
import { proofOf } from "../../../harness/observer/crypto/device.ts";
import { deviceOf } from "./device.ts";
import { STAGE } from "./udp-stage.ts";
import type { Json, NegativeCase } from "./vector-file.ts";

const { initiator, responder, handshake } = STAGE;
const { msg1, msg3, mac1Key } = handshake;
const stranger = deviceOf("udp/stranger");

const changed = (changes: HandshakeChanges) => udpHandshake(initiator, responder, changes);
/** mac1 made anew: what is wrong is not the mac. */
const remac = (datagram: Uint8Array): Uint8Array => withMac1(mac1Key, datagram.subarray(0, 1168));

function toResponder(
  after: readonly string[],
  name: string,
  requirement: string,
  datagram: Uint8Array,
  verdict: { readonly [key: string]: Json },
): NegativeCase {
  return { name, requirement, receiver: "responder", after, datagram: hex(datagram), verdict };
}

export function negativeMsg1(): NegativeCase[] {
  const msg1Case = (name: string, requirement: string, datagram: Uint8Array, drop: string): NegativeCase =>
    toResponder([], `MSG1: ${name}`, requirement, datagram, { drop });
  const withParams = (name: string, changes: HandshakeChanges, requirement = "RX-20"): NegativeCase =>
    msg1Case(name, requirement, changed(changes).msg1, "bad-parameters");
  const params1 = (part: object): HandshakeChanges => ({ params1: { ...DEFAULT_PARAMS, ...part } });
  return [
    msg1Case("1199 bytes", "RX-11", patched(msg1.subarray(0, 1199), 24, u16(1173)), "bad-size"),
    msg1Case("1201 bytes", "RX-1", zeros(1201), "oversize"),
    msg1Case("25 bytes", "RX-2", msg1.subarray(0, 25), "too-short"),
    msg1Case("ver 2", "RX-3", patched(msg1, 0, u8(2)), "bad-version"),
    msg1Case("rsv 1", "RX-4", patched(msg1, 3, u8(1)), "bad-reserved"),
    msg1Case("typ 0", "RX-5", patched(msg1, 1, u8(0)), "unknown-type"),
    msg1Case("typ 5", "RX-5", patched(msg1, 1, u8(5)), "unknown-type"),
    msg1Case("typ 0x14", "RX-5", patched(msg1, 1, u8(0x14)), "unknown-type"),
    msg1Case("flag FIN", "RX-6", patched(msg1, 2, u8(1)), "bad-flags"),
    msg1Case("len one too small", "RX-7", patched(msg1, 24, u16(1173)), "bad-length"),
    msg1Case("len one too large", "RX-7", patched(msg1, 24, u16(1175)), "bad-length"),
    msg1Case("pn 1", "RX-8", remac(patched(msg1, 12, u32(1))), "bad-handshake-header"),
    msg1Case("ack 1", "RX-8", remac(patched(msg1, 16, u32(1))), "bad-handshake-header"),
    msg1Case("ack_bits 1", "RX-8", remac(patched(msg1, 20, u32(1))), "bad-handshake-header"),
    msg1Case("low half 0", "RX-12", remac(patched(msg1, 4, u32(0))), "bad-handshake-header"),
    msg1Case("high half not 0", "RX-12", remac(patched(msg1, 8, u32(1))), "bad-handshake-header"),
    msg1Case("a bit of mac1 flipped", "RX-13", flipped(msg1, 1170), "bad-mac1"),
    msg1Case("mac1 by another key", "RX-13", withMac1(zeros(32), msg1.subarray(0, 1168)), "bad-mac1"),
    msg1Case("sealed payload flipped", "RX-19", remac(flipped(msg1, 600)), "bad-handshake"),
    msg1Case("ephemeral key of zeros", "H-2", remac(patched(msg1, 26, zeros(32))), "bad-handshake"),
    msg1Case("prologue of tcp", "H-1", changed({ prologue: "dsoftbus tcp v1" }).msg1, "bad-handshake"),
    msg1Case(
      "for another responder",
      "RX-13",
      udpHandshake(initiator, { ...responder, device: stranger }).msg1,
      "bad-mac1",
    ),
    withParams("version 2 in params", params1({ version: 2 })),
    withParams("another half in params than in the header", { half1: initiator.half + 1 }),
    withParams("window 16,383", params1({ window: 16_383 })),
    withParams("window 1,048,577", params1({ window: 1_048_577 })),
    withParams("idle timeout 2,999", params1({ idleTimeoutMs: 2_999 })),
    withParams("idle timeout 120,001", params1({ idleTimeoutMs: 120_001 })),
    withParams("ack delay 0", params1({ ackDelayMs: 0 })),
    withParams("ack delay 101", params1({ ackDelayMs: 101 })),
    withParams("first byte of the padding set", { padding1: flipped(zeros(1079), 0) }),
    withParams("last byte of the padding set", { padding1: flipped(zeros(1079), -1) }),
  ];
}

export function negativeMsg3(): NegativeCase[] {
  const after = ["msg1"];
  const dropped = (name: string, requirement: string, datagram: Uint8Array, drop: string): NegativeCase =>
    toResponder(after, `MSG3: ${name}`, requirement, datagram, { drop });
  const refused = (name: string, requirement: string, changes: HandshakeChanges): NegativeCase => {
    const { msg3: datagram, noise } = changed(changes);
    const verdict = { close: 3, pn: 1, ack: 0, delivered: 0, window: 0 };
    const responderKey = { responder_key: hex(noise.responderKey) };
    return { ...toResponder(after, `MSG3: ${name}`, requirement, datagram, verdict), ...responderKey };
  };
  const params3 = (part: object): HandshakeChanges => ({ params3: { ...DEFAULT_PARAMS, ...part } });
  return [
    dropped("200 bytes", "RX-40", patched(msg3.subarray(0, 200), 24, u16(174)), "bad-size"),
    dropped("another low half", "RX-36", patched(msg3, 4, u32(1)), "unknown-session"),
    dropped("another high half", "RX-36", patched(msg3, 8, u32(1)), "unknown-session"),
    dropped("sealed static key flipped", "RX-43", flipped(msg3, 30), "bad-handshake"),
    dropped("sealed payload flipped", "RX-43", flipped(msg3, 100), "bad-handshake"),
    dropped("tag flipped", "RX-43", flipped(msg3, -1), "bad-handshake"),
    dropped("another half in params", "RX-44", changed({ half3: initiator.half + 1 }).msg3, "bad-parameters"),
    dropped("another window than in MSG1", "H-13", changed(params3({ window: 262_143 })).msg3, "bad-parameters"),
    dropped(
      "another idle timeout than in MSG1",
      "H-13",
      changed(params3({ idleTimeoutMs: 15_001 })).msg3,
      "bad-parameters",
    ),
    dropped("ack delay out of range", "RX-44", changed(params3({ ackDelayMs: 101 })).msg3, "bad-parameters"),
    refused("a bit of the proof flipped", "RX-46", { proof3: flipped(proofOf(initiator.device, "client"), 50) }),
    refused("the responder's kind of proof", "RX-46", { proof3: proofOf(initiator.device, "server") }),
    refused("the proof of another device", "RX-46", { proof3: proofOf(stranger, "client") }),
    refused("a device that is not in the peer table", "RX-47", {
      proof3: proofOf(stranger, "client"),
      initiatorStatic: stranger.staticSecret,
    }),
    refused("a device of the table with another static key", "RX-47", {
      proof3: proofOf(initiator.device, "client", stranger.staticPublicKey),
      initiatorStatic: stranger.staticSecret,
    }),
    ...afterRefusal(),
    toResponder(after, "a packet for a half-open entry", "RX-52", patched(zeros(58), 0, packetHead()), {
      drop: "half-open-session",
    }),
  ];
}

/** An entry whose MSG3 was refused keeps that MSG3 and the CLOSE, and nothing else. */
function afterRefusal(): NegativeCase[] {
  const refused = changed({ proof3: proofOf(initiator.device, "server") }).msg3;
  const after = ["msg1", "refused_msg3"];
  const dropped = (name: string, requirement: string, datagram: Uint8Array, drop: string): NegativeCase => ({
    ...toResponder(after, name, requirement, datagram, { drop }),
    refused_msg3: hex(refused),
  });
  return [
    dropped("MSG1 again after its MSG3 was refused", "RX-15", msg1, "unexpected-handshake"),
    dropped("a refused MSG3 again, less than 250 ms later", "RX-41", refused, "repeat-throttled"),
    dropped("a good MSG3 after a refused one", "RX-42", msg3, "bad-handshake"),
  ];
}

/** A PING's header for the session of the stage; its body of zeros needn't open. */
function packetHead(): Uint8Array {
  const head = patched(msg3.subarray(0, 26), 1, u8(0x12));
  return patched(patched(head, 12, u32(1)), 24, u16(32));
}
