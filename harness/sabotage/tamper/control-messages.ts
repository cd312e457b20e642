/** Requests and replies of the first `control` stream, said anew: each digest is that of what is said then. */
import { createHash } from "node:crypto";
import type { RecordedRun } from "../recordings/recording.ts";
import { MUX_DATA, MUX_HEADER_BYTES, openedStream, wholeFrames, withFrames, type WholeFrame } from "./mux-order.ts";
import type { Way } from "./wire.ts";

const DIGEST_AT = 4;
export const CONTROL_PAYLOAD_AT = 36;

export interface ControlChange {
  /** Changes a request once its digest is right. @param index from 0 */
  readonly request?: (message: Buffer, index: number) => void;
  /** Changes a reply once its index and digest are right. */
  readonly reply?: (message: Buffer, index: number) => void;
}

/** @returns the run in which these messages, each as long as it was, had been exchanged from the first on */
export function withControl(run: RecordedRun, change: ControlChange): RecordedRun {
  const id = openedStream(run, "control");
  const requests = messagesOf(run, "up", id);
  const replies = messagesOf(run, "down", id);
  let before: Uint8Array = Buffer.alloc(32);
  for (const [index, request] of requests.entries()) {
    const reply = replies[index];
    if (reply === undefined) break;
    request.set(before, DIGEST_AT);
    change.request?.(request, index);
    request.copy(reply, 0, 0, DIGEST_AT);
    reply.set(sha256(request), DIGEST_AT);
    change.reply?.(reply, index);
    before = sha256(reply);
  }
  return withMessages(withMessages(run, "up", id, requests), "down", id, replies);
}

function messagesOf(run: RecordedRun, way: Way, id: number | undefined): Buffer[] {
  const bytes = Buffer.concat(
    wholeFrames(run, way)
      .filter((frame) => isDataOf(frame, id))
      .map((frame) => frame.bytes.subarray(MUX_HEADER_BYTES)),
  );
  const messages: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32LE(at);
    messages.push(Buffer.from(bytes.subarray(at + 4, end)));
    at = end;
  }
  return messages;
}

function withMessages(run: RecordedRun, way: Way, id: number | undefined, messages: readonly Buffer[]): RecordedRun {
  const length = (message: Buffer): Buffer => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(message.length);
    return prefix;
  };
  const bytes = Buffer.concat(messages.flatMap((message) => [length(message), message]));
  let at = 0;
  return withFrames(run, way, (frames) => {
    for (const frame of frames.filter((each) => isDataOf(each, id))) {
      at += bytes.copy(frame.bytes, MUX_HEADER_BYTES, at, at + frame.bytes.length - MUX_HEADER_BYTES);
    }
    return frames;
  });
}

function isDataOf({ type, streamId }: WholeFrame, id: number | undefined): boolean {
  return type === MUX_DATA && streamId === id;
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
