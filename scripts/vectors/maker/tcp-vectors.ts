/** fixtures/vectors/tcp.json: a whole connection over TCP, and what must end one. */
import { ascii, flipped, hex, join, u16, u8, zeros } from "../../../harness/observer/crypto/bytes.ts";
import { proofOf } from "../../../harness/observer/crypto/device.ts";
import { deviceOf } from "./device.ts";
import { noiseXk, type NoiseTranscript } from "./noise-xk.ts";
import { seal } from "../../../harness/observer/crypto/primitives.ts";
import { secretOf } from "./secret-of.ts";
import type { Json, MadeFile, NegativeCase } from "./vector-file.ts";

const initiator = deviceOf("tcp/initiator");
const responder = deviceOf("tcp/responder");
const stranger = deviceOf("tcp/stranger");
const initiatorEphemeral = secretOf("tcp/initiator/ephemeral");
const responderEphemeral = secretOf("tcp/responder/ephemeral");

const KIND = { DATA: 0, FIN: 1, CLOSE: 2, ACCEPT: 3 };
const PROTOCOL = 1;

function transcript(
  changes: { prologue?: string; proof2?: Uint8Array; proof3?: Uint8Array; asStranger?: boolean } = {},
): NoiseTranscript {
  const secrets = {
    prologue: changes.prologue ?? "dsoftbus tcp v1",
    initiatorStatic: changes.asStranger === true ? stranger.staticSecret : initiator.staticSecret,
    initiatorEphemeral,
    responderStatic: responder.staticSecret,
    responderEphemeral,
  };
  const proof2 = changes.proof2 ?? proofOf(responder, "server");
  return noiseXk(secrets, [zeros(0), proof2, changes.proof3 ?? proofOf(initiator, "client")]);
}

const framed = (message: Uint8Array): Uint8Array => join(u16(message.length), message);
const honest = transcript();
const [message1, message2, message3] = honest.messages;

/** One side's records, in their order. */
function records(key: Uint8Array, ...plaintexts: readonly Uint8Array[]): Uint8Array {
  return join(...plaintexts.map((plaintext, index) => framed(seal(key, index, zeros(0), plaintext))));
}
const data = (text: string): Uint8Array => join(u8(KIND.DATA), ascii(text));
const fin = u8(KIND.FIN);
const accept = u8(KIND.ACCEPT);
const close = (code: number, reason: Uint8Array): Uint8Array => join(u8(KIND.CLOSE), u16(code), reason);
const fromInitiator = (...plaintexts: readonly Uint8Array[]): Uint8Array => records(honest.initiatorKey, ...plaintexts);
const fromResponder = (...plaintexts: readonly Uint8Array[]): Uint8Array => records(honest.responderKey, ...plaintexts);

export function tcpFile(): MadeFile {
  const party = (device: typeof initiator, ephemeral: Uint8Array): Json => ({
    seed: hex(device.seed),
    device_id: device.deviceId,
    static_public_key: hex(device.staticPublicKey),
    ephemeral_secret: hex(ephemeral),
  });
  return {
    name: "tcp",
    about:
      'A whole connection: the initiator writes "hello" and finishes, the responder "world" and finishes. Negative: `bytes` are what the receiver gets in all, from the first byte of TCP on; `ends` says that TCP ends then too.',
    vectors: [
      {
        name: "hello and world",
        initiator: party(initiator, initiatorEphemeral),
        responder: party(responder, responderEphemeral),
        message_1: hex(framed(message1)),
        message_2: hex(framed(message2)),
        message_3: hex(framed(message3)),
        handshake_hash: hex(honest.handshakeHash),
        initiator_key: hex(honest.initiatorKey),
        responder_key: hex(honest.responderKey),
        initiator_records: hex(fromInitiator(data("hello"), fin)),
        responder_records: hex(fromResponder(accept, data("world"), fin)),
      },
    ],
    negative: [...handshakes(), ...toResponder(), ...toInitiator()],
  };
}

const negative = (
  receiver: "initiator" | "responder",
  name: string,
  requirement: string,
  bytes: Uint8Array,
  verdict: { readonly [key: string]: Json },
  more: { readonly [key: string]: Json } = {},
): NegativeCase => ({
  name: `to the ${receiver}: ${name}`,
  requirement,
  receiver,
  bytes: hex(bytes),
  ...more,
  verdict,
});

function handshakes(): NegativeCase[] {
  const quiet = { quiet: true };
  const third = (changes: Parameters<typeof transcript>[0]): Uint8Array =>
    join(framed(message1), framed(transcript(changes).messages[2]));
  return [
    negative("responder", "len 47 of message 1", "RX-90", u16(47), quiet),
    negative("responder", "len 49 of message 1", "RX-90", u16(49), quiet),
    negative("responder", "message 1 flipped", "RX-91", framed(flipped(message1, 40)), quiet),
    negative(
      "responder",
      "message 1 with the prologue of udp-sec",
      "T-1",
      framed(transcript({ prologue: "dsoftbus udp-sec v1" }).messages[0]),
      quiet,
    ),
    negative("responder", "len 159 of message 3", "RX-90", join(framed(message1), u16(159)), quiet),
    negative("responder", "message 3 flipped", "RX-91", join(framed(message1), framed(flipped(message3, 100))), quiet),
    negative("responder", "a proof of the wrong side", "RX-93", third({ proof3: proofOf(initiator, "server") }), {
      close: 3,
    }),
    negative("responder", "a proof flipped", "RX-93", third({ proof3: flipped(proofOf(initiator, "client"), 50) }), {
      close: 3,
    }),
    negative(
      "responder",
      "an unknown device",
      "RX-93",
      third({ proof3: proofOf(stranger, "client"), asStranger: true }),
      { close: 3 },
    ),
    negative("initiator", "len 143 of message 2", "RX-90", u16(143), quiet),
    negative("initiator", "message 2 flipped", "RX-91", framed(flipped(message2, 60)), quiet),
    negative(
      "initiator",
      "a proof of the wrong side",
      "RX-92",
      framed(transcript({ proof2: proofOf(responder, "client") }).messages[1]),
      quiet,
    ),
    negative(
      "initiator",
      "the proof of another device",
      "RX-92",
      framed(transcript({ proof2: proofOf(stranger, "server", responder.staticPublicKey) }).messages[1]),
      quiet,
    ),
  ];
}

function toResponder(): NegativeCase[] {
  const after = (
    name: string,
    requirement: string,
    bytes: Uint8Array,
    verdict: { readonly [key: string]: Json } = { close: PROTOCOL },
    more = {},
  ) => negative("responder", name, requirement, join(framed(message1), framed(message3), bytes), verdict, more);
  return [
    after("len 16 of a record", "RX-94", u16(16)),
    after("len 0 of a record", "RX-94", u16(0)),
    after("a record flipped", "RX-95", flipped(fromInitiator(data("x")), 5)),
    after("the second record first", "RX-95", fromInitiator(data("x"), data("y")).subarray(2 + 18)),
    after("kind 4", "RX-96", fromInitiator(u8(4))),
    after("DATA without bytes", "RX-96", fromInitiator(u8(KIND.DATA))),
    after("FIN with a byte", "RX-96", fromInitiator(join(fin, u8(0)))),
    after("ACCEPT of the initiator's", "RX-100", fromInitiator(accept)),
    after("CLOSE without a code", "RX-97", fromInitiator(u8(KIND.CLOSE))),
    after("CLOSE with a reason of 256 bytes", "RX-97", fromInitiator(close(0, zeros(256).fill(0x61)))),
    after("CLOSE with a reason that is not UTF-8", "RX-97", fromInitiator(close(0, u8(0xff)))),
    after("DATA after FIN", "RX-101", fromInitiator(fin, data("x"))),
    after("FIN after FIN", "RX-101", fromInitiator(fin, fin)),
    after("CLOSE after FIN", "RX-98", fromInitiator(fin, close(6, ascii("why"))), { ends: "APPLICATION" }),
    after("CLOSE with an unknown code", "RX-98", fromInitiator(close(0xbeef, zeros(0))), { ends: "UNKNOWN" }),
    after("TCP ends between records", "RX-102", fromInitiator(data("x")), { ends: "TRUNCATED" }, { tcp_ends: true }),
    after(
      "TCP ends within a record",
      "RX-102",
      fromInitiator(data("x")).subarray(0, 9),
      { ends: "TRUNCATED" },
      { tcp_ends: true },
    ),
  ];
}

function toInitiator(): NegativeCase[] {
  const after = (
    name: string,
    requirement: string,
    bytes: Uint8Array,
    verdict: { readonly [key: string]: Json } = { close: PROTOCOL },
  ) => negative("initiator", name, requirement, join(framed(message2), bytes), verdict);
  return [
    after("DATA before ACCEPT", "RX-99", fromResponder(data("x"))),
    after("FIN before ACCEPT", "RX-99", fromResponder(fin)),
    after("a second ACCEPT", "RX-100", fromResponder(accept, accept)),
    after("ACCEPT with a byte", "RX-96", fromResponder(join(accept, u8(0)))),
    after("len 16 in ACCEPT's place", "RX-94", u16(16)),
    after("CLOSE AUTH in ACCEPT's place", "RX-98", fromResponder(close(3, ascii("no"))), { ends: "AUTH" }),
    after("CLOSE BUSY in ACCEPT's place", "RX-98", fromResponder(close(7, ascii("no"))), { ends: "BUSY" }),
  ];
}
