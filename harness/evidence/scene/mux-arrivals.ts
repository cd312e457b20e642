/** When frames of the mux were whole at a machine: the same over either transport, once it is known when bytes of the stream were there. */
import { MessageBytes } from "../../observer/wire/service-messages.ts";
import { readMuxFrames, type MuxFrame } from "./decode/mux-frames.ts";

const CONTROL = "control";

export interface MuxArrivals {
  /**
   * @returns when the second message of a control stream was whole: it proves by its digest that the answer to the first arrived, or is that
   * to the second request; Infinity: none was
   */
  provenControlUs(): number;
  /** @returns the mux stream with the most content to this machine, which opened it; undefined: there is none */
  largest(name: RegExp): { readonly bytes: number; readonly wholeUs: number } | undefined;
}

/** @param wholeUs when the stream's byte before that offset was there, and all before it */
export function muxArrivals(towards: Buffer, away: Buffer, wholeUs: (streamBytes: number) => number): MuxArrivals {
  const heard = readMuxFrames(towards).frames.filter((frame) => frame.type === "DATA");
  const frameUs = (frame: MuxFrame | undefined): number => (frame === undefined ? Infinity : wholeUs(frame.end));
  return {
    provenControlUs: () => {
      const opened = [towards, away].flatMap((stream) => readMuxFrames(stream).frames).filter(isControl);
      const seconds = opened.map(({ streamId }) => secondMessage(heard.filter((frame) => frame.streamId === streamId)));
      return Math.min(Infinity, ...seconds.map(frameUs));
    },
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

function isControl(frame: MuxFrame): boolean {
  return frame.type === "OPEN" && frame.name === CONTROL;
}

/** @returns the frame with which the second message is whole */
function secondMessage(frames: readonly Extract<MuxFrame, { readonly type: "DATA" }>[]): MuxFrame | undefined {
  const bytes = new MessageBytes();
  let messages = 0;
  return frames.find(({ payload }) => {
    bytes.push(payload);
    while (messages < 2 && bytes.takeMessage() !== undefined) messages += 1;
    return messages === 2;
  });
}
