/** Mux v2 frames (dsoftbus-transport.md#12-mux-v2) in what was opened, with the place where each ends. */
import { MuxByteReader, type SeenFrame } from "../../../observer/wire/mux-stream-frames.ts";

export type MuxFrame = SeenFrame & {
  /** Where it ends in the stream below. */
  readonly end: number;
};

/** @returns the frames up to the first incomplete one, and whether something that is no frame stands where one should begin */
export function readMuxFrames(stream: Buffer): { readonly frames: MuxFrame[]; readonly isBroken: boolean } {
  const frames: MuxFrame[] = [];
  const reader: MuxByteReader = new MuxByteReader((frame) => frames.push({ ...frame, end: reader.takenBytes }));
  reader.push(stream);
  // DATA is handed on before the frame is whole.
  if (reader.isWithinFrame && frames.at(-1)?.type === "DATA" && frames.at(-1)?.end === stream.length) frames.pop();
  return { frames, isBroken: reader.rejected !== undefined };
}
