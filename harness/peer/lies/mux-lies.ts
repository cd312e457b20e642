/** Lies in the frames of the mux. */
import { ascii, join, u32, zeros } from "../../observer/crypto/bytes.ts";
import { unexpected } from "../transport/changes.ts";
import { madeFrame, openFrame, resetFrame } from "../mux/peer-frames.ts";
import type { PeerMux } from "../mux/peer-mux.ts";
import type { PeerStream } from "../mux/peer-stream.ts";
import type { DialledLie } from "./lie.ts";

const MOST_STREAMS = 64;
const LIMIT = 1;
const DUPLICATE_NAME = 2;
const MOST_CREDIT_BYTES = 2 * 1024 * 1024;
const FRAME_BYTES = 8_192;

/** Frames for which the guest must end the session. */
const rejected = (
  facts: Pick<DialledLie, "text" | "breaks" | "requirement">,
  label: string,
  lie: (mux: PeerMux) => Promise<void> | void,
) =>
  ({
    ...facts,
    by: "initiator",
    guestMust: `close with APPLICATION and mux.reject.${label}`,
    tell: async (stage) => {
      const open = await stage.open();
      await lie(open.mux);
      await open.isRejectedWith(label);
    },
  }) satisfies DialledLie;

async function accepted(mux: PeerMux, name: string): Promise<PeerStream> {
  const stream = mux.open(name);
  await mux.changes.until("OPEN_ACK", () => {
    if (stream.resetCode !== undefined) throw unexpected(`${name} was reset with code ${stream.resetCode}`);
    return stream.isAcknowledged ? true : undefined;
  });
  return stream;
}

export const MUX_LIES = {
  "frame-of-another-version": rejected(
    { text: "a frame has `ver` 1", breaks: "mux-frames", requirement: "RX-110" },
    "malformed_frame",
    (mux) => mux.send(madeFrame("PING", 0, zeros(8), { version: 1 })),
  ),
  "frame-too-large": rejected(
    { text: "a frame announces 40,000 bytes", breaks: "mux-frames", requirement: "RX-112" },
    "frame_oversize",
    async (mux) => mux.send(madeFrame("DATA", (await accepted(mux, "echo/large")).id, join(), { length: 40_000 })),
  ),
  "stream-without-a-name": rejected(
    { text: "an OPEN has a name of no bytes", breaks: "mux-frames", requirement: "RX-115" },
    "invalid_stream_name",
    (mux) => mux.send(openFrame(mux.nextId(), "", 1, 0)),
  ),
  "priority-above-7": rejected(
    { text: "an OPEN has priority 9", breaks: "mux-frames", requirement: "RX-119" },
    "malformed_frame",
    (mux) => mux.send(openFrame(mux.nextId(), "echo/9", 1, 9)),
  ),
  "frame-cut-by-the-end": rejected(
    { text: "the stream ends in the middle of a frame", breaks: "mux-frames", requirement: "RX-139" },
    "malformed_frame",
    (mux) => {
      mux.send(openFrame(1, "echo/cut", 1, 0).subarray(0, 14));
      mux.session.finish();
    },
  ),
  "stream-id-skipped": rejected(
    { text: "the first OPEN has id 3", breaks: "mux-streams", requirement: "RX-123" },
    "invalid_stream_state_transition",
    (mux) => {
      mux.nextId();
      mux.open("echo/skipped");
    },
  ),
  "reset-of-an-unknown-stream": rejected(
    { text: "RST names a stream that nobody opened", breaks: "mux-streams", requirement: "RX-130" },
    "unknown_stream_frame",
    (mux) => mux.send(resetFrame(99, 0)),
  ),
  "data-after-the-end-of-a-stream": rejected(
    { text: "DATA follows the CLOSE of its stream", breaks: "mux-streams", requirement: "RX-135" },
    "invalid_stream_state_transition",
    async (mux) => {
      const stream = await accepted(mux, "sink/ended");
      stream.write(ascii("some bytes"));
      stream.finish();
      mux.send(madeFrame("DATA", stream.id, ascii("more")));
    },
  ),
  "data-beyond-the-credit-of-a-stream": rejected(
    { text: "DATA goes beyond the credit of a stream that nobody reads", breaks: "mux-credit", requirement: "RX-136" },
    "window_credit_overflow_or_underflow",
    async (mux) => {
      const stream = await accepted(mux, "sink/full");
      for (let sent = 0; sent <= stream.credit; sent += FRAME_BYTES)
        mux.send(madeFrame("DATA", stream.id, zeros(FRAME_BYTES)));
    },
  ),
  "too-much-credit-for-a-stream": rejected(
    { text: "WINDOW_UPDATE makes it more than 2 MiB", breaks: "mux-credit", requirement: "RX-133" },
    "window_credit_overflow_or_underflow",
    async (mux) => {
      const { id } = await accepted(mux, "echo/rich");
      // Whatever it has sent back of what OPEN granted: nothing was written.
      mux.send(madeFrame("WINDOW_UPDATE", id, u32(MOST_CREDIT_BYTES)));
    },
  ),
  "streams-beyond-the-limit": {
    by: "initiator",
    text: "65 streams are open at once",
    breaks: "mux-streams",
    guestMust: "refuse the 65th with RST LIMIT, and go on",
    requirement: "RX-126",
    tell: async (stage) => {
      const open = await stage.open();
      for (let count = 0; count < MOST_STREAMS; count += 1) await accepted(open.mux, `echo/${count}`);
      await open.mux.open("echo/one-more").isReset(LIMIT);
      await open.isAlive();
      await open.endInOrder();
    },
  },
  "name-in-use": {
    by: "initiator",
    text: "two streams of one opener have one name",
    breaks: "mux-streams",
    guestMust: "refuse the second with RST DUPLICATE_NAME, and go on",
    requirement: "RX-127",
    tell: async (stage) => {
      const open = await stage.open();
      await accepted(open.mux, "echo/same");
      await open.mux.open("echo/same").isReset(DUPLICATE_NAME);
      await open.isAlive();
      await open.endInOrder();
    },
  },
} as const satisfies Readonly<Record<string, DialledLie>>;
