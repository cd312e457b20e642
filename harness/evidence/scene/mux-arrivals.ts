/** When frames of the mux were whole at a machine: the same over either transport, once it is known when bytes of the stream were there. */
import { readMuxFrames, type MuxFrame } from "./decode/mux-frames.ts";

export interface MuxArrivals {
  /** @returns when the first DATA frame of any mux stream was whole; Infinity: none was */
  firstMuxDataUs(): number;
  /** @returns the mux stream with the most content to this machine, which opened it; undefined: there is none */
  largest(name: RegExp): { readonly bytes: number; readonly wholeUs: number } | undefined;
}

/** @param wholeUs when the stream's byte before that offset was there, and all before it */
export function muxArrivals(towards: Buffer, away: Buffer, wholeUs: (streamBytes: number) => number): MuxArrivals {
  const heard = readMuxFrames(towards).frames.filter((frame) => frame.type === "DATA");
  const frameUs = (frame: MuxFrame | undefined): number => (frame === undefined ? Infinity : wholeUs(frame.end));
  return {
    firstMuxDataUs: () => frameUs(heard[0]),
    largest: (name) => {
      const opened = readMuxFrames(away).frames.filter((frame) => frame.type === "OPEN" && name.test(frame.name));
      const contents = opened.map(({ streamId }) => {
        const frames = heard.filter((frame) => frame.streamId === streamId);
        const bytes = frames.reduce((sum, { payload }) => sum + payload.length, 0);
        return { bytes, wholeUs: frameUs(frames.at(-1)) };
      });
      return contents.sort((a, b) => b.bytes - a.bytes)[0];
    },
  };
}
