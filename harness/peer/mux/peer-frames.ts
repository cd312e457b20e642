/** Frames of the mux, from fields to bytes (dsoftbus-transport.md#12-mux-v2): whatever their sender likes. */
import { ascii, join, u16, u32, u8 } from "../../observer/crypto/bytes.ts";
import type { FrameTypeName } from "../../observer/wire/mux-stream-frames.ts";

const VERSION = 2;
const CODES: Readonly<Record<FrameTypeName, number>> = {
  OPEN: 1,
  OPEN_ACK: 2,
  DATA: 3,
  WINDOW_UPDATE: 4,
  RST: 5,
  PING: 6,
  PONG: 7,
  CLOSE: 8,
};

export interface FrameExtras {
  readonly version?: number;
  readonly priority?: number;
  /** Undefined: what the payload has. */
  readonly length?: number;
}

export function madeFrame(
  type: FrameTypeName,
  streamId: number,
  payload: Uint8Array = join(),
  { version = VERSION, priority = 0, length = payload.length }: FrameExtras = {},
): Uint8Array {
  return join(u8(version), u8(CODES[type]), u8(priority), u8(0), u32(streamId), u32(length), payload);
}

export function openFrame(streamId: number, name: string, credit: number, priority: number): Uint8Array {
  return madeFrame("OPEN", streamId, join(u32(credit), ascii(name)), { priority });
}

export function resetFrame(streamId: number, code: number): Uint8Array {
  return madeFrame("RST", streamId, u16(code));
}
