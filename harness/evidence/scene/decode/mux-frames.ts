/** Mux v2 frames (dsoftbus-transport.md#12-mux-v2) in what was opened, read by itself: shares no code with the stack that is judged. */

export const OPEN = 1;
export const OPEN_ACK = 2;
export const MUX_DATA = 3;
export const WINDOW_UPDATE = 4;
export const MUX_CLOSE = 8;

const HEADER_BYTES = 12;
const VERSION = 2;
const MAX_PAYLOAD_BYTES = 32 * 1024;

export interface MuxFrame {
  readonly type: number;
  readonly streamId: number;
  readonly payload: Buffer;
  /** Where it ends in the stream below. */
  readonly end: number;
}

/** @returns the frames up to the first incomplete one, and what isn't a frame where one should begin */
export function readMuxFrames(stream: Buffer): { readonly frames: MuxFrame[]; readonly brokenAt: number | undefined } {
  const frames: MuxFrame[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= stream.length) {
    const length = stream.readUInt32LE(at + 8);
    if (stream[at] !== VERSION || length > MAX_PAYLOAD_BYTES) return { frames, brokenAt: at };
    const end = at + HEADER_BYTES + length;
    if (end > stream.length) break;
    const payload = stream.subarray(at + HEADER_BYTES, end);
    frames.push({ type: stream.readUInt8(at + 1), streamId: stream.readUInt32LE(at + 4), payload, end });
    at = end;
  }
  return { frames, brokenAt: undefined };
}

/** `credit u32 || name`. @returns undefined if it is too short */
export function readOpen({ payload }: MuxFrame): { readonly credit: number; readonly name: string } | undefined {
  if (payload.length < 4) return undefined;
  return { credit: payload.readUInt32LE(0), name: payload.toString("utf8", 4) };
}

/** The `u32` of OPEN_ACK (credit) and WINDOW_UPDATE (delta). */
export function readCredit({ payload }: MuxFrame): number {
  return payload.length < 4 ? 0 : payload.readUInt32LE(0);
}
