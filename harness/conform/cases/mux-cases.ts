/** Frames of the mux (dsoftbus-transport.md#12-mux-v2, receiving.md#mux-frames). */
import { ascii, join, u32, u64, zeros } from "../../observer/crypto/bytes.ts";
import { madeFrame, openFrame, resetFrame } from "../../peer/mux/peer-frames.ts";
import { demand, type PeerMux } from "../../peer/mux/peer-mux.ts";
import type { PeerStream } from "../../peer/mux/peer-stream.ts";
import { passEcho } from "../../peer/services/echo-peer.ts";
import { unexpected } from "../../peer/transport/changes.ts";
import type { ListeningCase, NeededService } from "../stage/conform-case.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const NO_SERVICE = 3;
const MOST_CREDIT_BYTES = 2 * 1024 * 1024;

type Facts = Pick<ListeningCase, "id" | "requirements" | "sends">;

const rejected = (
  facts: Facts,
  label: string,
  lie: (mux: PeerMux) => Promise<void> | void,
  needs: readonly NeededService[] = [],
): ListeningCase => ({
  ...facts,
  ...COMMON,
  needs,
  must: `close with APPLICATION and the reason mux.reject.${label}`,
  run: async (stage) => {
    const open = await stage.open();
    await lie(open.mux);
    await open.isRejectedWith(label);
  },
});

const malformed = (facts: Facts, frame: (mux: PeerMux) => Uint8Array): ListeningCase =>
  rejected(facts, "malformed_frame", (mux) => mux.send(frame(mux)));

/** Goes on after it: an echo passes. */
const harmless = (facts: Facts, must: string, lie: (mux: PeerMux) => Promise<void> | void): ListeningCase => ({
  ...facts,
  ...COMMON,
  must,
  needs: ["echo"],
  run: async (stage) => {
    const open = await stage.open();
    await lie(open.mux);
    await passEcho(open.mux.open("echo/after"), 2_048);
  },
});

async function accepted(mux: PeerMux, name: string): Promise<PeerStream> {
  const stream = mux.open(name);
  await mux.changes.until("OPEN_ACK", () => {
    if (stream.resetCode !== undefined) throw unexpected(`${name} was reset with code ${stream.resetCode}`);
    return stream.isAcknowledged ? true : undefined;
  });
  return stream;
}

const withByte = (frame: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = frame.slice();
  copy[at] = value;
  return copy;
};

const PING = madeFrame("PING", 0, u64(7));

export const MUX_CASES: readonly ListeningCase[] = [
  malformed({ id: "12/flags", requirements: ["RX-111"], sends: "a frame has `flags` 1" }, () => withByte(PING, 3, 1)),
  malformed({ id: "12/type-0", requirements: ["RX-113"], sends: "a frame has `typ` 0" }, () => withByte(PING, 1, 0)),
  malformed({ id: "12/type-9", requirements: ["RX-113"], sends: "a frame has `typ` 9" }, () => withByte(PING, 1, 9)),
  rejected(
    {
      id: "12/oversize-whatever-the-type",
      requirements: ["RX-112"],
      sends: "a frame of `typ` 9 announces 32,769 bytes",
    },
    "frame_oversize",
    (mux) => mux.send(withByte(madeFrame("PING", 0, join(), { length: 32_769 }), 1, 9)),
  ),
  malformed({ id: "12/open-of-3-bytes", requirements: ["RX-114", "M-2"], sends: "an OPEN holds 3 bytes" }, (mux) =>
    madeFrame("OPEN", mux.nextId(), zeros(3)),
  ),
  rejected(
    { id: "12/name-of-65-bytes", requirements: ["RX-115", "M-2"], sends: "an OPEN has a name of 65 bytes" },
    "invalid_stream_name",
    (mux) => mux.send(openFrame(mux.nextId(), "x".repeat(65), 1, 0)),
  ),
  rejected(
    { id: "12/name-not-utf8", requirements: ["RX-121", "M-2"], sends: "an OPEN has a name that isn't UTF-8" },
    "invalid_stream_name",
    (mux) => mux.send(madeFrame("OPEN", mux.nextId(), join(u32(1), Uint8Array.of(0xff, 0xfe)))),
  ),
  rejected(
    { id: "12/data-without-bytes", requirements: ["RX-116", "M-26", "M-4"], sends: "a DATA frame holds no bytes" },
    "malformed_frame",
    async (mux) => mux.send(madeFrame("DATA", (await accepted(mux, "echo/empty")).id)),
    ["echo"],
  ),
  rejected(
    { id: "12/open-ack-of-3-bytes", requirements: ["RX-117", "M-3"], sends: "an OPEN_ACK holds 3 bytes" },
    "malformed_frame",
    (mux) => mux.send(madeFrame("OPEN_ACK", 2, zeros(3))),
  ),
  malformed(
    { id: "12/window-update-of-5-bytes", requirements: ["RX-117", "M-5"], sends: "a WINDOW_UPDATE holds 5 bytes" },
    () => madeFrame("WINDOW_UPDATE", 1, zeros(5)),
  ),
  malformed({ id: "12/rst-of-3-bytes", requirements: ["RX-117", "M-6"], sends: "an RST holds 3 bytes" }, () =>
    madeFrame("RST", 1, zeros(3)),
  ),
  malformed({ id: "12/ping-of-7-bytes", requirements: ["RX-117", "M-7"], sends: "a PING holds 7 bytes" }, () =>
    madeFrame("PING", 0, zeros(7)),
  ),
  malformed({ id: "12/pong-of-9-bytes", requirements: ["RX-117", "M-8"], sends: "a PONG holds 9 bytes" }, () =>
    madeFrame("PONG", 0, zeros(9)),
  ),
  malformed({ id: "12/close-of-1-byte", requirements: ["RX-117", "M-9"], sends: "a CLOSE holds a byte" }, () =>
    madeFrame("CLOSE", 1, zeros(1)),
  ),
  malformed({ id: "12/ping-on-a-stream", requirements: ["RX-118", "M-7"], sends: "a PING names stream 1" }, () =>
    madeFrame("PING", 1, u64(1)),
  ),
  malformed({ id: "12/data-on-stream-0", requirements: ["RX-118"], sends: "DATA names stream 0" }, () =>
    madeFrame("DATA", 0, zeros(1)),
  ),
  rejected(
    { id: "12/window-update-of-0", requirements: ["RX-122", "M-5"], sends: "a WINDOW_UPDATE grants nothing" },
    "malformed_frame",
    async (mux) => mux.send(madeFrame("WINDOW_UPDATE", (await accepted(mux, "echo/nothing")).id, u32(0))),
    ["echo"],
  ),
  harmless(
    { id: "12/priority-elsewhere", requirements: ["RX-120"], sends: "a PING has priority 200" },
    "ignore it: the priority counts in OPEN alone",
    (mux) => mux.send(madeFrame("PING", 0, u64(1), { priority: 200 })),
  ),
  rejected(
    {
      id: "12/id-of-the-other-side",
      requirements: ["RX-123", "M-10", "M-14"],
      sends: "the initiator's first OPEN has id 2",
    },
    "invalid_stream_state_transition",
    (mux) => mux.send(openFrame(2, "echo/even", 1, 0)),
  ),
  rejected(
    { id: "12/id-used-again", requirements: ["RX-123", "M-10"], sends: "a second OPEN has the id of the first" },
    "invalid_stream_state_transition",
    async (mux) => {
      const { id } = await accepted(mux, "echo/first");
      mux.send(openFrame(id, "echo/second", 1, 0));
    },
    ["echo"],
  ),
  rejected(
    { id: "12/open-with-too-much-credit", requirements: ["RX-124", "M-17"], sends: "an OPEN grants more than 2 MiB" },
    "window_credit_overflow_or_underflow",
    (mux) => mux.send(openFrame(mux.nextId(), "echo/rich", MOST_CREDIT_BYTES + 1, 0)),
  ),
  {
    ...COMMON,
    id: "12/no-such-service",
    requirements: ["RX-128", "V-2", "M-23"],
    sends: "an OPEN names a service that nobody has",
    must: "refuse it with RST NO_SERVICE, and go on",
    run: async (stage) => {
      const open = await stage.open();
      await open.mux.open("no-such-service/at-all").isReset(NO_SERVICE);
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "12/refused-id-is-used-up",
    requirements: ["M-14"],
    sends: "a refused OPEN is followed by one with the next id",
    must: "take the second: the first one's id is used up",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      await open.mux.open("no-such-service").isReset(NO_SERVICE);
      await passEcho(open.mux.open("echo/next"), 512);
    },
  },
  {
    ...COMMON,
    id: "12/open-ack-grants-credit",
    requirements: ["RX-129", "M-12", "M-3", "M-13"],
    sends: "an OPEN of a service that is there",
    must: "answer with OPEN_ACK, and credit in it or behind it",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = await accepted(open.mux, "echo/credit");
      await open.mux.changes.until("credit", () => (stream.credit > 0 ? true : undefined));
      demand(stream.credit <= MOST_CREDIT_BYTES, `a credit of ${stream.credit} bytes`);
    },
  },
  rejected(
    {
      id: "12/data-of-an-unknown-stream",
      requirements: ["RX-130", "M-20"],
      sends: "DATA names a stream that was never opened",
    },
    "unknown_stream_frame",
    (mux) => mux.send(madeFrame("DATA", 41, zeros(1))),
  ),
  harmless(
    {
      id: "12/frames-of-a-reset-stream",
      requirements: ["RX-131", "M-20", "M-22"],
      sends: "DATA, WINDOW_UPDATE, CLOSE and RST follow the RST of their stream",
    },
    "discard them: they may have crossed",
    async (mux) => {
      const { id } = await accepted(mux, "echo/reset");
      for (const frame of [resetFrame(id, 0), madeFrame("DATA", id, zeros(4)), madeFrame("WINDOW_UPDATE", id, u32(9))])
        mux.send(frame);
      for (const frame of [madeFrame("CLOSE", id), resetFrame(id, 0)]) mux.send(frame);
    },
  ),
  {
    ...COMMON,
    id: "12/rst-with-any-code",
    requirements: ["RX-137", "M-23", "M-22"],
    sends: "an RST has code 65,535",
    must: "take it for a reset, and not answer it with another",
    needs: ["echo"],
    run: async (stage) => {
      const { mux } = await stage.open();
      const stream = await accepted(mux, "echo/any");
      mux.send(resetFrame(stream.id, 0xffff));
      await passEcho(mux.open("echo/after"), 2_048);
      demand(stream.resetCode === undefined, `the RST is answered with RST ${stream.resetCode}`);
    },
  },
  rejected(
    {
      id: "12/open-ack-of-the-opener",
      requirements: ["RX-132", "M-19"],
      sends: "the opener of a stream says OPEN_ACK",
    },
    "invalid_stream_state_transition",
    async (mux) => mux.send(madeFrame("OPEN_ACK", (await accepted(mux, "echo/own")).id, u32(1))),
    ["echo"],
  ),
  harmless(
    { id: "12/pong-unasked", requirements: ["RX-138", "M-25"], sends: "a PONG that nobody asked for" },
    "make nothing of it",
    (mux) => mux.send(madeFrame("PONG", 0, u64(99))),
  ),
  {
    ...COMMON,
    id: "12/ping-is-answered",
    requirements: ["M-46", "M-25", "M-8"],
    sends: "a PING of the mux with a token",
    must: "answer with PONG and that token",
    run: async (stage) => {
      const open = await stage.open();
      const { mux } = open;
      mux.send(madeFrame("PING", 0, u64(0xfeed_beef)));
      const token = await mux.changes.until("PONG", () => mux.lastPong);
      demand(token === 0xfeed_beefn, `the PONG has token ${token}`);
    },
  },
  {
    ...COMMON,
    id: "12/frames-cut-anywhere",
    requirements: ["M-45", "M-1"],
    sends: "the frames of an echo leave in pieces of seven bytes",
    must: "take them for the frames that they are",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = await accepted(open.mux, "echo/cut");
      const content = ascii("cut into pieces that mean nothing");
      const frames = join(madeFrame("DATA", stream.id, content), madeFrame("CLOSE", stream.id));
      for (let at = 0; at < frames.length; at += 7) open.session.write(frames.subarray(at, at + 7));
      let back = join();
      for (let bytes = await stream.some(64); bytes !== undefined; bytes = await stream.some(64))
        back = join(back, bytes);
      demand(Buffer.compare(back, content) === 0, "other bytes come back");
    },
  },
  {
    ...COMMON,
    id: "12/half-closed",
    requirements: ["M-28", "M-9", "M-22"],
    sends: "CLOSE ends this side of an echo, and afterwards credit is granted",
    must: "send all that it owes, then its own CLOSE",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      const stream = await accepted(open.mux, "echo/half");
      stream.write(zeros(1_000));
      stream.finish();
      open.mux.send(madeFrame("WINDOW_UPDATE", stream.id, u32(1)));
      let back = 0;
      for (let bytes = await stream.some(2_000); bytes !== undefined; bytes = await stream.some(2_000))
        back += bytes.length;
      demand(back === 1_000, `${back} of 1,000 bytes came back`);
    },
  },
  {
    ...COMMON,
    over: "tcp",
    id: "12/rejects-over-tcp-too",
    requirements: ["M-33", "RX-110"],
    sends: "over TCP a frame has `ver` 1",
    must: "close with APPLICATION and the reason mux.reject.malformed_frame",
    run: async (stage) => {
      const open = await stage.openTcp();
      open.mux.send(madeFrame("PING", 0, u64(1), { version: 1 }));
      await open.isClosedWith(6);
      demand(
        open.session.peerClose?.reason === "mux.reject.malformed_frame",
        `the reason is ${open.session.peerClose?.reason}`,
      );
    },
  },
];
