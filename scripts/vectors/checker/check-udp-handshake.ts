/** Whole handshakes by two endpoints of the core, datagram by datagram, and datagrams that one of them must not take. */
import type { CryptoPrimitives } from "../../../guest/core/index.ts";
import { Mac1 } from "../../../guest/core/udp-sec/handshake/mac1.ts";
import { bytesField, type Fields, listField, recordField, textField } from "./json-fields.ts";
import { openedPacket, UdpSide } from "./udp-sides.ts";
import { differenceOf, type FileChecks, toHexText } from "./vector-check.ts";

/** @param base the first vector of the file, which the negative ones start from */
export function udpHandshakeChecks(base: Fields): FileChecks {
  return {
    encode: (vector, crypto) => handshakeDifference(vector, crypto),
    decode: (vector, crypto) => retryDifference(vector, crypto),
    refuse: (negative, crypto) => {
      const receiver = textField(negative, "receiver");
      return receiver === "responder" ? atResponder(base, negative, crypto) : atInitiator(base, negative, crypto);
    },
  };
}

/** Both sides make the vector's bytes, and take those of the other. */
function handshakeDifference(vector: Fields, crypto: CryptoPrimitives): string | undefined {
  const initiator = UdpSide.initiator(vector, crypto);
  const responder = UdpSide.responder(vector, crypto);
  const steps = [
    ["msg1", () => initiator.send()],
    ["msg2", () => answerOf(responder, bytesField(vector, "msg1"))],
    ["msg3", () => answerOf(initiator, bytesField(vector, "msg2"))],
  ] as const;
  for (const [name, send] of steps) {
    const difference = differenceOf(name, send().map(toHexText), [textField(vector, name)]);
    if (difference !== undefined) return difference;
  }
  const [ping] = answerOf(responder, bytesField(vector, "msg3"));
  const key = bytesField(vector, "responder_key");
  const packet = ping === undefined ? undefined : openedPacket(crypto, key, ping);
  if (packet?.content.type !== "ping" || packet.header.packetNumber !== 1)
    return "the responder's first packet is no PING";
  if (ping !== undefined) initiator.receive(ping);
  return initiator.connection === undefined ? "PING doesn't establish the dial" : undefined;
}

/** mac1 and RETRY: what the initiator makes of the vector's cookie. */
function retryDifference(vector: Fields, crypto: CryptoPrimitives): string | undefined {
  const responder = recordField(vector, "responder");
  const mac1 = new Mac1(crypto, bytesField(responder, "static_public_key"));
  const msg1 = bytesField(vector, "msg1");
  if (!mac1.isValid(msg1)) return "mac1 is not valid";
  const low = new DataView(msg1.buffer).getUint32(4, true);
  const retry = mac1.encodeRetry(low, bytesField(vector, "cookie"), msg1.slice(1168, 1184));
  const difference = differenceOf("retry", toHexText(retry), textField(vector, "retry"));
  if (difference !== undefined) return difference;
  const initiator = UdpSide.initiator(vector, crypto);
  initiator.send();
  const again = answerOf(initiator, bytesField(vector, "retry"));
  return differenceOf("msg1_with_cookie", again.map(toHexText), [textField(vector, "msg1_with_cookie")]);
}

function atResponder(base: Fields, negative: Fields, crypto: CryptoPrimitives): string | undefined {
  const responder = UdpSide.responder(base, crypto);
  feed(responder, base, negative);
  const answers = answerOf(responder, bytesField(negative, "datagram"));
  const verdict = recordField(negative, "verdict");
  if (verdict["drop"] !== undefined) return dropDifference(responder, answers, verdict);
  const [answer] = answers;
  const packet = answer === undefined ? undefined : openedPacket(crypto, bytesField(negative, "responder_key"), answer);
  if (packet?.content.type !== "close") return "no CLOSE came";
  const { header, deliveredBytes, windowBytes, content } = packet;
  const seen = {
    close: content.code,
    pn: header.packetNumber,
    ack: header.ack,
    delivered: deliveredBytes,
    window: windowBytes,
  };
  return (
    differenceOf("CLOSE", seen, verdict) ?? (responder.connection === undefined ? undefined : "there is a connection")
  );
}

function atInitiator(base: Fields, negative: Fields, crypto: CryptoPrimitives): string | undefined {
  const initiator = UdpSide.initiator(base, crypto);
  initiator.send();
  feed(initiator, base, negative);
  const answers = answerOf(initiator, bytesField(negative, "datagram"));
  const verdict = recordField(negative, "verdict");
  if (verdict["drop"] !== undefined) return dropDifference(initiator, answers, verdict);
  const failed = initiator.events.find((event) => event.type === "dial-failed");
  return (
    differenceOf("end of the dial", failed?.end.name, verdict["dial_fails"]) ??
    differenceOf("answers", answers.length, 0)
  );
}

/** The datagrams that came before, whose answers don't matter. */
function feed(side: UdpSide, base: Fields, negative: Fields): void {
  for (const name of listField(negative, "after")) {
    const key = String(name);
    side.receive(bytesField(negative[key] === undefined ? base : negative, key));
    side.send();
  }
}

function answerOf(side: UdpSide, datagram: Uint8Array): Uint8Array[] {
  side.receive(datagram);
  return side.send();
}

function dropDifference(side: UdpSide, answers: readonly Uint8Array[], verdict: Fields): string | undefined {
  const dropped = Object.keys(side.drops());
  return differenceOf("answers", answers.length, 0) ?? differenceOf("dropped as", dropped, [verdict["drop"]]);
}
