/** Lies about streams, their services and the frames below, by somebody who read the specification and none of the rules. */
import { withChecksums } from "../tamper/checksums.ts";
import { CONTROL_PAYLOAD_AT, withControl } from "../tamper/control-messages.ts";
import { viewUdp } from "../tamper/frames.ts";
import {
  movedBefore,
  MUX_CLOSE,
  MUX_DATA,
  MUX_HEADER_BYTES,
  OPEN,
  openedStream,
  WINDOW_UPDATE,
  withFrames,
  type WholeFrame,
} from "../tamper/mux-order.ts";
import { viewTcp } from "../tamper/tcp-segments.ts";
import { editFrames } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const seenOnlyByTheObserver = { code: "contradicted", rules: ["observer"] } as const;

const isOf =
  (type: number, streamId: number | undefined) =>
  (frame: WholeFrame): boolean =>
    frame.type === type && frame.streamId === streamId;
const isData = (streamId: number | undefined): ((frame: WholeFrame) => boolean) => isOf(MUX_DATA, streamId);

const SERVICE_LIES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    name: "requests-on-the-lowest-priority",
    breaks: "opens the stream of its requests as the least urgent, and all others as the most urgent",
    code: "contradicted",
    rules: ["control-beside-bulk"],
    tamper: (run) =>
      withFrames(run, "up", (frames) => {
        for (const { bytes } of frames.filter(({ type }) => type === OPEN)) bytes[2] = bytes[2] === 0 ? 7 : 0;
        return frames;
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "replies-before-their-requests",
    breaks: "answers all requests first, and sends back what ran beside them afterwards",
    tamper: (run) => {
      const isReply = isData(openedStream(run, "control"));
      const isEcho = isData(openedStream(run, "echo"));
      return withFrames(run, "down", (frames) => {
        const end = frames.findIndex(({ type }) => type === MUX_CLOSE);
        const [head, tail] = [frames.slice(0, end), frames.slice(end)];
        const others = head.filter((frame) => !isReply(frame) && !isEcho(frame));
        return [...others, ...head.filter(isReply), ...head.filter(isEcho), ...tail];
      });
    },
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "requests-counted-from-two",
    breaks: "has one request fewer than their numbers say",
    tamper: (run) => withControl(run, { request: (message, index) => message.writeUInt32LE(index + 2) }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "requests-that-prove-nothing",
    breaks: "sends requests that don't depend on the replies before them",
    tamper: (run) => withControl(run, { request: (message) => message.fill(0, 4, CONTROL_PAYLOAD_AT) }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "replies-with-a-payload-of-their-own",
    breaks: "replies with right digests, and with other bytes than it was sent",
    tamper: (run) => withControl(run, { reply: (message) => message.fill(0x2e, CONTROL_PAYLOAD_AT) }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "status-that-says-nothing",
    breaks: "answers who asks for its status with as many exclamation marks",
    tamper: (run) => {
      const isStatus = isData(openedStream(run, "status"));
      return withFrames(run, "down", (frames) => {
        for (const { bytes } of frames.filter(isStatus)) bytes.fill("!", MUX_HEADER_BYTES + 4);
        return frames;
      });
    },
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "credit-from-a-reader-that-stopped",
    breaks: "lets the reader that has stopped grant credit before it is released",
    tamper: (run) => {
      const [sink, status] = [openedStream(run, "sink"), openedStream(run, "status")];
      return withFrames(run, "down", (frames) => movedBefore(frames, isOf(WINDOW_UPDATE, sink), isData(status)));
    },
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "last-request-behind-the-end",
    breaks: "ends the stream of its requests, and sends the last one then",
    tamper: (run) => {
      const control = openedStream(run, "control");
      return withFrames(run, "up", (frames) => {
        const last = frames.findLast(isData(control));
        return movedBefore(frames, isOf(MUX_CLOSE, control), (frame) => frame === last);
      });
    },
  },
];

const FRAME_LIES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    name: "path-that-reports-congestion",
    breaks: "marks every packet as one that met congestion, on a wire without a queue",
    code: "contradicted",
    rules: ["nothing-else-on-the-wire"],
    tamper: (run) => editFrames(run, (frame) => [viewUdp(frame) === undefined ? frame : changedAt(frame, 15, 3)]),
  },
  {
    ...onRun("udp-sec"),
    name: "message-behind-each-packet",
    breaks: "hides bytes in its frames, behind the end of their packets",
    code: "contradicted",
    rules: ["nothing-else-on-the-wire"],
    tamper: (run) =>
      editFrames(run, (frame) => [
        viewUdp(frame) === undefined ? frame : Buffer.concat([frame, Buffer.from("hidden")]),
      ]),
  },
  {
    ...onRun("rng-gate"),
    name: "another-port-than-the-one-to-ask",
    breaks: "says that its port was found closed, and asked a port where nothing ever listens",
    code: "contradicted",
    rules: ["nothing-else-on-the-wire"],
    tamper: (run) =>
      editFrames(run, (frame) => {
        const segment = viewTcp(frame);
        return [segment === undefined ? frame : changedAt(frame, segment.fromClient ? 37 : 35, 1)];
      }),
  },
];

export const READER_STREAM_SABOTAGES: readonly RecordedSabotage[] = [...SERVICE_LIES, ...FRAME_LIES];

function changedAt(frame: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(frame);
  changed.writeUInt8(value, at);
  return withChecksums(changed);
}
