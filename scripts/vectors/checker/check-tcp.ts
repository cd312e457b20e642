/** A connection over TCP by two machines of the core, byte for byte, and byte streams that must end one. */
import {
  concatBytes,
  type CryptoPrimitives,
  DeviceIdentity,
  encodeUtf8,
  fromHex,
  TcpSecConnection,
} from "../../../guest/core/index.ts";
import { bytesField, type Fields, recordField, textField } from "./json-fields.ts";
import { scriptedRandom } from "./scripted-random.ts";
import { differenceOf, type FileChecks, toHexText } from "./vector-check.ts";

/** @param base the file's vector, whose devices and keys the negative ones share */
export function tcpChecks(base: Fields): FileChecks {
  return {
    encode: (vector, crypto) => connectionDifference(vector, crypto),
    // Each side alone, fed with the vector's bytes of the other.
    decode: (vector, crypto) => aloneDifference(vector, crypto),
    refuse: (negative, crypto) => refusalDifference(base, negative, crypto),
  };
}

function sideOf(vector: Fields, side: "initiator" | "responder", crypto: CryptoPrimitives): TcpSecConnection {
  const party = recordField(vector, side);
  const known = recordField(vector, side === "initiator" ? "responder" : "initiator");
  const options = {
    crypto,
    random: scriptedRandom(1, bytesField(party, "ephemeral_secret")),
    identity: new DeviceIdentity(crypto, fromHex(textField(party, "seed")) ?? new Uint8Array(0)),
    nowMs: 0,
  };
  if (side === "initiator") {
    const peer = { deviceId: textField(known, "device_id"), staticPublicKey: bytesField(known, "static_public_key") };
    return TcpSecConnection.initiator({ ...options, peer });
  }
  const accept = {
    authorise: (deviceId: string, key: string) => deviceId === known["device_id"] && key === known["static_public_key"],
  };
  return TcpSecConnection.responder({ ...options, accept });
}

function outputOf(side: TcpSecConnection): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let part = side.takeOutput(65_536, 0); part !== undefined; part = side.takeOutput(65_536, 0)) parts.push(part);
  return concatBytes(...parts);
}

function connectionDifference(vector: Fields, crypto: CryptoPrimitives): string | undefined {
  const [initiator, responder] = [sideOf(vector, "initiator", crypto), sideOf(vector, "responder", crypto)];
  const sent = { initiator: "", responder: "" };
  for (let turn = 0; turn < 6; turn += 1) {
    const [side, other, name] =
      turn % 2 === 0 ? ([initiator, responder, "initiator"] as const) : ([responder, initiator, "responder"] as const);
    speak(side, name === "initiator" ? "hello" : "world");
    const bytes = outputOf(side);
    sent[name] += toHexText(bytes) ?? "";
    if (bytes.length > 0) other.receiveBytes(bytes, 0);
  }
  const text = (key: string): string => textField(vector, key);
  return (
    differenceOf(
      "what the initiator sends",
      sent.initiator,
      text("message_1") + text("message_3") + text("initiator_records"),
    ) ?? differenceOf("what the responder sends", sent.responder, text("message_2") + text("responder_records"))
  );
}

/** The initiator once it is open, the responder once it has read all of the other. */
function speak(side: TcpSecConnection, text: string): void {
  side.read(1_000, 0);
  if (!side.isEstablished || side.writableBytes === 0) return;
  if (side.role === "responder" && !side.isReadFinished) return;
  side.write(encodeUtf8(text), 0);
  side.finish(0);
}

function aloneDifference(vector: Fields, crypto: CryptoPrimitives): string | undefined {
  const responder = sideOf(vector, "responder", crypto);
  for (const key of ["message_1", "message_3", "initiator_records"]) responder.receiveBytes(bytesField(vector, key), 0);
  const heard = responder.read(1_000, 0);
  const initiator = sideOf(vector, "initiator", crypto);
  for (const key of ["message_2", "responder_records"]) initiator.receiveBytes(bytesField(vector, key), 0);
  return (
    differenceOf("what the responder reads", toHexText(heard), toHexText(encodeUtf8("hello"))) ??
    differenceOf("what the initiator reads", toHexText(initiator.read(1_000, 0)), toHexText(encodeUtf8("world"))) ??
    differenceOf("both saw FIN", [responder.isReadFinished, initiator.isReadFinished], [true, true])
  );
}

function refusalDifference(base: Fields, negative: Fields, crypto: CryptoPrimitives): string | undefined {
  const receiver = textField(negative, "receiver") === "initiator" ? "initiator" : "responder";
  const side = sideOf(base, receiver, crypto);
  const sent = [outputOf(side)];
  const bytes = bytesField(negative, "bytes");
  // Byte by byte: a length is judged before what it announces is there.
  for (const byte of bytes) {
    side.receiveBytes(Uint8Array.of(byte), 0);
    sent.push(outputOf(side));
  }
  if (negative["tcp_ends"] === true) side.receiveEnd(0);
  sent.push(outputOf(side));
  const verdict = recordField(negative, "verdict");
  if (verdict["ends"] !== undefined) return differenceOf("end", side.end?.name, verdict["ends"]);
  if (side.end === undefined) return "goes on";
  if (verdict["quiet"] === true) return differenceOf("records sent", recordsAfterHandshake(receiver, sent).length, 0);
  return (
    differenceOf("code", side.end.code, verdict["close"]) ??
    differenceOf("who ended it", side.end.by, "local") ??
    (recordsAfterHandshake(receiver, sent).length === 0 ? "no CLOSE was sent" : undefined)
  );
}

/** @returns what was sent behind the side's own handshake messages */
function recordsAfterHandshake(receiver: "initiator" | "responder", sent: readonly Uint8Array[]): Uint8Array {
  const all = concatBytes(...sent);
  const first = receiver === "initiator" ? 50 : 146;
  const third = receiver === "initiator" && all.length >= first + 162 ? 162 : 0;
  return all.subarray(first + third);
}
