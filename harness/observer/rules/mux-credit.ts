import type { MuxRule, MuxStreamSeen } from "../follow/mux-rule.ts";
import type { SeenFrame } from "../wire/mux-stream-frames.ts";

const MOST_CREDIT = 2 * 1024 * 1024;

export const muxCreditRule: MuxRule = {
  id: "mux-credit",
  text: "DATA stays within the credit of its stream, and nobody is given more than 2 MiB of it.",
  requirement: "M-17",
  watch: ({ speak }) => ({
    own: (frame, stream, at) => {
      const held = grantedBy(frame, stream);
      if (held !== undefined && held > MOST_CREDIT) {
        speak(`${frame.type} of stream ${frame.streamId} makes the peer's credit ${held}`, at);
      }
      if (frame.type !== "DATA" || stream === undefined) return;
      const total = stream.ownBytes + frame.payload.length;
      if (total > stream.credit) speak(`byte ${total} of stream ${stream.id}, where ${stream.credit} are allowed`, at);
    },
  }),
};

/** @returns what the peer holds after this frame, at least: all that it can have used is taken off */
function grantedBy(frame: SeenFrame, stream: MuxStreamSeen | undefined): number | undefined {
  if (frame.type === "OPEN") return frame.credit;
  if (stream === undefined) return undefined;
  const before = stream.granted - stream.heardBytes;
  if (frame.type === "OPEN_ACK") return before + frame.credit;
  return frame.type === "WINDOW_UPDATE" ? before + frame.delta : undefined;
}
