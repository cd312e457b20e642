import type { SeenFrame } from "../wire/mux-stream-frames.ts";
import type { MuxContext, MuxRule, MuxStreamSeen } from "../follow/mux-rule.ts";
import type { CapturePlace } from "../follow/session-packet.ts";

const MOST_STREAMS = 64;
type OpenFrame = Extract<SeenFrame, { readonly type: "OPEN" }>;

export const muxStreamsRule: MuxRule = {
  id: "mux-streams",
  text: "Ids, names, the number of open streams, and what may be sent in which state of a stream.",
  requirement: "M-28",
  watch: (context) => ({
    own: (frame, stream, at) => {
      switch (frame.type) {
        case "OPEN":
          return judgeOpen(frame, at, context);
        case "PING":
        case "PONG":
          return;
        default:
          return judgeState(frame, stream, at, context);
      }
    },
  }),
};

function judgeOpen({ streamId, name }: OpenFrame, at: CapturePlace, { streams, speak }: MuxContext): void {
  if (streamId !== streams.nextOwnId) {
    return speak(`OPEN of id ${streamId}, where ${streams.nextOwnId} is next`, at, "M-14");
  }
  // Those that are open for certain: the peer may have ended none of them.
  const open = [...streams.all()].filter((stream) => stream.isOwn && !isOver(stream));
  if (open.length >= MOST_STREAMS) speak(`OPEN of "${name}" makes it ${open.length + 1} open streams`, at, "M-11");
  if (open.some((stream) => stream.name === name)) speak(`OPEN of "${name}", a name in use`, at, "M-11");
}

function isOver({ own, heard }: MuxStreamSeen): boolean {
  return own === "reset" || heard === "reset" || (own === "closed" && heard === "closed");
}

function judgeState(
  frame: SeenFrame,
  stream: MuxStreamSeen | undefined,
  at: CapturePlace,
  { streams, speak }: MuxContext,
): void {
  const { streamId, type } = frame;
  if (stream === undefined) {
    const isOwnParity = streamId % 2 === streams.nextOwnId % 2;
    const wasOpened = streamId < (isOwnParity ? streams.nextOwnId : streams.nextHeardId);
    if (!wasOpened) speak(`${type} of stream ${streamId}, which nobody opened`, at, "M-20");
    return;
  }
  if (stream.own === "reset") return speak(`${type} of stream ${streamId} after its RST`, at, "M-22");
  const isData = type === "DATA" || type === "CLOSE";
  if (type === "OPEN_ACK" && stream.isOwn) return speak(`OPEN_ACK of the own stream ${streamId}`, at, "RX-132");
  if (type === "OPEN_ACK" && stream.isAcknowledged)
    return speak(`a second OPEN_ACK of stream ${streamId}`, at, "RX-132");
  if (isData && stream.own === "closed") return speak(`${type} of stream ${streamId} after CLOSE`, at, "RX-135");
  if (stream.isAcknowledged) return;
  if (isData && !stream.isOwn) speak(`${type} of stream ${streamId} before OPEN_ACK`, at, "M-19");
  if (type === "DATA" && stream.isOwn) speak(`DATA of stream ${streamId}, whose OPEN_ACK never arrived`, at, "M-16");
}
