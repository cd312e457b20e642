import { ByteWriter } from "../bytes/writer.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";
import { FRAME_HEADER_BYTES, FrameType, MUX_VERSION } from "./constants.ts";

/** Every frame but DATA, as decoded. */
export type ControlFrame =
  | {
      readonly type: "open";
      readonly streamId: number;
      /** 0 (highest) .. 7 */
      readonly priority: number;
      /** For the acceptor. */
      readonly creditBytes: number;
      readonly name: string;
    }
  | { readonly type: "open-ack"; readonly streamId: number; readonly creditBytes: number }
  | { readonly type: "window-update"; readonly streamId: number; readonly deltaBytes: number }
  | { readonly type: "rst"; readonly streamId: number; readonly code: number }
  | { readonly type: "ping" | "pong"; readonly token: PingToken }
  | { readonly type: "close"; readonly streamId: number };

/** The u64 of PING and PONG as its 8 bytes: it is echoed, never computed with. */
export type PingToken = Uint8Array;

export type Frame = ControlFrame | { readonly type: "data"; readonly streamId: number; readonly bytes: Uint8Array };

/** @returns the frame as on the wire. Priority is 0 but in OPEN: elsewhere it is ignored (dsoftbus-transport.md#12-mux-v2) */
export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.type) {
    case "open":
      return encodeOpen(frame);
    case "open-ack":
      return start(FrameType.OPEN_ACK, frame.streamId, 4).u32(frame.creditBytes).finish();
    case "data":
      return start(FrameType.DATA, frame.streamId, frame.bytes.length).bytes(frame.bytes).finish();
    case "window-update":
      return start(FrameType.WINDOW_UPDATE, frame.streamId, 4).u32(frame.deltaBytes).finish();
    case "rst":
      return start(FrameType.RST, frame.streamId, 2).u16(frame.code).finish();
    case "ping":
      return start(FrameType.PING, 0, 8).bytes(frame.token).finish();
    case "pong":
      return start(FrameType.PONG, 0, 8).bytes(frame.token).finish();
    case "close":
      return start(FrameType.CLOSE, frame.streamId, 0).finish();
  }
}

/**
 * Makes a DATA frame of a payload with room in front of it, so that bytes leave the send buffer as they lie there.
 *
 * @param frame 12 bytes of room, then the payload, 1 .. 32 KiB
 */
export function completeDataFrame(frame: Uint8Array, streamId: number): void {
  writeHeader(new ByteWriter(frame), FrameType.DATA, 0, streamId, frame.length - FRAME_HEADER_BYTES);
}

function encodeOpen(frame: Extract<Frame, { type: "open" }>): Uint8Array {
  const name = encodeUtf8(frame.name);
  const length = 4 + name.length;
  const writer = new ByteWriter(FRAME_HEADER_BYTES + length);
  writeHeader(writer, FrameType.OPEN, frame.priority, frame.streamId, length);
  return writer.u32(frame.creditBytes).bytes(name).finish();
}

function start(type: number, streamId: number, length: number): ByteWriter {
  const writer = new ByteWriter(FRAME_HEADER_BYTES + length);
  writeHeader(writer, type, 0, streamId, length);
  return writer;
}

function writeHeader(writer: ByteWriter, type: number, priority: number, streamId: number, length: number): void {
  writer.u8(MUX_VERSION).u8(type).u8(priority).u8(0).u32(streamId).u32(length);
}
