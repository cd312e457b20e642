/** fixtures/vectors/udp-handshake.json: whole handshakes from fixed secrets, and handshake datagrams that must not be taken. */
import { hex } from "../../../harness/observer/crypto/bytes.ts";
import { retryFor, msg1WithCookie } from "../../../harness/observer/wire/handshake-datagrams.ts";
import { DEFAULT_PARAMS, type HandshakeParty, type UdpHandshake } from "./datagrams.ts";
import { secretOf } from "./secret-of.ts";
import { negativeMsg1, negativeMsg3 } from "./udp-handshake-responder.ts";
import { negativeAnswers } from "./udp-handshake-initiator.ts";
import { STAGE, type UdpStage, stageOf } from "./udp-stage.ts";
import type { Json, MadeFile } from "./vector-file.ts";

const COOKIE = secretOf("udp/cookie").subarray(0, 16);

export function udpHandshakeFile(): MadeFile {
  const small = { window: 16_384, idleTimeoutMs: 3_000, ackDelayMs: 1 };
  const large = { window: 1_048_576, idleTimeoutMs: 120_000, ackDelayMs: 100 };
  return {
    name: "udp-handshake",
    about:
      "Whole handshakes. Negative, all against the first vector: `after` are the datagrams that the receiver has had (or sent) before, then comes `datagram`.",
    vectors: [
      handshakeVector("default params", STAGE),
      handshakeVector("smallest params", stageOf("udp small", { params: small })),
      handshakeVector("largest params", stageOf("udp large", { params: large })),
    ],
    negative: [...negativeMsg1(), ...negativeMsg3(), ...negativeAnswers(COOKIE)],
  };
}

function handshakeVector(
  name: string,
  { initiator, responder, handshake }: UdpStage,
): { name: string; [key: string]: Json } {
  const { msg1, msg2, msg3, mac1Key, noise }: UdpHandshake = handshake;
  return {
    name,
    initiator: partyJson(initiator),
    responder: partyJson(responder),
    cookie: hex(COOKIE),
    mac1_key: hex(mac1Key),
    msg1: hex(msg1),
    retry: hex(retryFor(msg1, mac1Key, COOKIE, initiator.half)),
    msg1_with_cookie: hex(msg1WithCookie(msg1, COOKIE)),
    msg2: hex(msg2),
    msg3: hex(msg3),
    handshake_hash: hex(noise.handshakeHash),
    initiator_key: hex(noise.initiatorKey),
    responder_key: hex(noise.responderKey),
  };
}

function partyJson({ device, ephemeral, half, params = DEFAULT_PARAMS }: HandshakeParty): Json {
  return {
    seed: hex(device.seed),
    device_id: device.deviceId,
    static_public_key: hex(device.staticPublicKey),
    ephemeral_secret: hex(ephemeral),
    session_half: half,
    params: { window: params.window, idle_timeout_ms: params.idleTimeoutMs, ack_delay_ms: params.ackDelayMs },
  };
}
