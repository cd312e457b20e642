/** Frames in both directions, and what a session of the core answers to those of a peer. */
import { type ControlFrame, encodeFrame, type Frame } from "../../../guest/core/mux/frame.ts";
import { FrameDecoder } from "../../../guest/core/mux/frame-decoder.ts";
import { LoneSession } from "../../../guest/core/mux/session-pair.fixture.ts";
import { bytesField, type Fields, numberField, recordField, textField } from "./json-fields.ts";
import { differenceOf, type FileChecks, toHexText } from "./vector-check.ts";

const OPEN_ACK = 2;

export const checkMux: FileChecks = {
  encode: (vector) =>
    differenceOf("bytes", toHexText(encodeFrame(frameOf(recordField(vector, "fields")))), vector["bytes"]),
  decode: (vector) =>
    differenceOf("frames", decoded(bytesField(vector, "bytes")), [frameOf(recordField(vector, "fields"))]),
  refuse: (negative) => {
    const session = new LoneSession({ role: "responder", acceptStream: (name) => name !== "none" });
    session.receive(bytesField(negative, "bytes"));
    if (negative["transport_ends"] === true) {
      session.end.isPeerFinished = true;
      session.session.pump(0);
    }
    const verdict = recordField(negative, "verdict");
    const { end } = session.session;
    if (verdict["label"] !== undefined) {
      return (
        differenceOf("label", end?.label, verdict["label"]) ??
        differenceOf("reason", session.end.end?.reason, verdict["label"])
      );
    }
    const answers = session.sent().filter(({ type }) => type !== OPEN_ACK);
    return (
      differenceOf("end", end?.label, undefined) ??
      differenceOf(
        "answers",
        answers.map(({ type, streamId, payload }) => toHexText(rawFrame(type, streamId, payload))),
        verdict["answer"],
      )
    );
  },
};

function frameOf(fields: Fields): Frame {
  const streamId = numberField(fields, "stream_id");
  switch (fields["type"]) {
    case "OPEN": {
      const [priority, creditBytes] = [numberField(fields, "priority"), numberField(fields, "credit")];
      return { type: "open", streamId, priority, creditBytes, name: textField(fields, "name") };
    }
    case "OPEN_ACK":
      return { type: "open-ack", streamId, creditBytes: numberField(fields, "credit") };
    case "DATA":
      return { type: "data", streamId, bytes: bytesField(fields, "payload") };
    case "WINDOW_UPDATE":
      return { type: "window-update", streamId, deltaBytes: numberField(fields, "delta") };
    case "RST":
      return { type: "rst", streamId, code: numberField(fields, "code") };
    case "PING":
      return { type: "ping", token: bytesField(fields, "token") };
    case "PONG":
      return { type: "pong", token: bytesField(fields, "token") };
    default:
      return { type: "close", streamId };
  }
}

function decoded(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder({
    onFrame: (frame: ControlFrame) => frames.push(frame),
    onDataStart: (streamId) => frames.push({ type: "data", streamId, bytes: new Uint8Array(0) }),
    onDataBytes: (streamId, part) => {
      const begun = frames.pop();
      const before = begun?.type === "data" ? begun.bytes : new Uint8Array(0);
      frames.push({ type: "data", streamId, bytes: Uint8Array.from([...before, ...part]) });
    },
  });
  // Byte by byte: frames arrive in any cutting.
  for (const byte of bytes) decoder.push(Uint8Array.of(byte));
  return frames;
}

function rawFrame(type: number, streamId: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(12 + payload.length);
  const view = new DataView(frame.buffer);
  frame[0] = 2;
  frame[1] = type;
  view.setUint32(4, streamId, true);
  view.setUint32(8, payload.length, true);
  frame.set(payload, 12);
  return frame;
}
