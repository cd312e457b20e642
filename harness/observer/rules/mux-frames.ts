import type { MuxRule } from "../follow/mux-rule.ts";

export const muxFramesRule: MuxRule = {
  id: "mux-frames",
  text: "The stream is frames of exact form, from the first byte to the last.",
  requirement: "M-1",
  watch: ({ speak }) => ({
    rejected: ({ requirement, text }, at) => speak(text, at, requirement),
    finished: (isWithinFrame, at) => {
      if (isWithinFrame) speak("the direction ends within a frame", at, "M-31");
    },
  }),
};
