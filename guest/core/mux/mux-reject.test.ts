/** Frames that a peer may not send, by hand: each ends the session with its label. And those that cross, which may not. */
import { describe, expect, test } from "vitest";
import { MAX_STREAM_CREDIT_BYTES, RstCode } from "./constants.ts";
import { encodeFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { RejectLabel } from "./mux-error.ts";
import { acceptedStream, LoneSession, pattern } from "./session-pair.fixture.ts";

const open = (streamId: number, name = `s${streamId}`, creditBytes = 65_536): Frame => ({
  type: "open",
  streamId,
  priority: 0,
  creditBytes,
  name,
});
const data = (streamId: number, length = 1): Frame => ({ type: "data", streamId, bytes: pattern(length) });
const close = (streamId: number): Frame => ({ type: "close", streamId });
const ack = (streamId: number, creditBytes = 65_536): Frame => ({ type: "open-ack", streamId, creditBytes });
const update = (streamId: number, deltaBytes: number): Frame => ({ type: "window-update", streamId, deltaBytes });
const rst = (streamId: number): Frame => ({ type: "rst", streamId, code: 0 });

const TRANSITION = "mux.reject.invalid_stream_state_transition";
const CREDIT = "mux.reject.window_credit_overflow_or_underflow";
const UNKNOWN = "mux.reject.unknown_stream_frame";

/** The session is the responder with one stream of its own, id 2; the peer's ids are odd. */
function answerTo(frames: readonly Frame[]): RejectLabel | undefined {
  const lone = new LoneSession();
  lone.session.open("ours", 0);
  lone.session.pump(0);
  lone.receive(...frames);
  const label = lone.session.end?.label;
  expect(lone.end.end).toEqual(
    label === undefined ? undefined : { name: "APPLICATION", code: 6, reason: label, by: "local" },
  );
  expect(lone.session.stats().rejects).toEqual(label === undefined ? {} : { [label]: 1 });
  return label;
}

describe("frames of the peer", () => {
  // Requirements: M-14, M-17, M-19, M-20, M-33, RX-123, RX-124, RX-130, RX-131, RX-132, RX-134, RX-135, RX-136
  test.each<[string, readonly Frame[], RejectLabel | undefined]>([
    ["OPEN 1, 3", [open(1), open(3)], undefined],
    ["OPEN with our parity", [open(2)], TRANSITION],
    ["OPEN of an id twice", [open(1), open(1, "again")], TRANSITION],
    ["OPEN of a closed id", [open(1), rst(1), open(1)], TRANSITION],
    ["OPEN that leaves an id out", [open(3)], TRANSITION],
    ["OPEN with 2 MiB of credit", [open(1, "a", MAX_STREAM_CREDIT_BYTES)], undefined],
    ["OPEN with 2 MiB + 1", [open(1, "a", MAX_STREAM_CREDIT_BYTES + 1)], CREDIT],
    ["OPEN_ACK", [ack(2)], undefined],
    ["OPEN_ACK twice", [ack(2), ack(2, 1)], TRANSITION],
    ["OPEN_ACK of the peer's own stream", [open(1), ack(1)], TRANSITION],
    ["OPEN_ACK of an unknown stream", [ack(4)], UNKNOWN],
    ["OPEN_ACK with 2 MiB + 1", [ack(2, MAX_STREAM_CREDIT_BYTES + 1)], CREDIT],
    ["DATA after OPEN", [open(1), data(1)], undefined],
    ["DATA before OPEN_ACK", [data(2)], TRANSITION],
    ["DATA of an unknown stream", [data(1)], UNKNOWN],
    ["DATA of an unknown stream of ours", [data(4)], UNKNOWN],
    ["DATA after CLOSE", [open(1), close(1), data(1)], TRANSITION],
    ["DATA up to its credit - 1", [open(1), data(1, 32_768), data(1, 32_767)], undefined],
    ["DATA up to its credit", [open(1), data(1, 32_768), data(1, 32_768)], undefined],
    ["DATA beyond its credit", [open(1), data(1, 32_768), data(1, 32_768), data(1)], CREDIT],
    ["CLOSE before OPEN_ACK", [close(2)], TRANSITION],
    ["CLOSE twice", [open(1), close(1), close(1)], TRANSITION],
    ["CLOSE of an unknown stream", [close(1)], UNKNOWN],
    ["WINDOW_UPDATE before OPEN_ACK", [update(2, 5)], undefined],
    ["WINDOW_UPDATE up to 2 MiB - 1", [open(1, "a", 0), update(1, MAX_STREAM_CREDIT_BYTES - 1)], undefined],
    ["WINDOW_UPDATE up to 2 MiB", [open(1, "a", 0), update(1, MAX_STREAM_CREDIT_BYTES)], undefined],
    ["WINDOW_UPDATE past 2 MiB", [open(1, "a", 0), update(1, MAX_STREAM_CREDIT_BYTES + 1)], CREDIT],
    ["WINDOW_UPDATE and OPEN_ACK past 2 MiB", [update(2, MAX_STREAM_CREDIT_BYTES), ack(2, 1)], CREDIT],
    ["WINDOW_UPDATE after its CLOSE", [open(1), close(1), update(1, 1)], undefined],
    ["WINDOW_UPDATE of an unknown stream", [update(1, 1)], UNKNOWN],
    ["RST of an unknown stream", [rst(1)], UNKNOWN],
    ["RST twice", [open(1), rst(1), rst(1)], undefined],
    ["anything after RST", [open(1), rst(1), data(1), close(1), update(1, 0xffff_ffff), ack(1)], undefined],
  ])("%s: %s", (_what, frames, expected) => {
    expect(answerTo(frames)).toBe(expected);
  });

  // Requirement: RX-130
  test("a frame of a stream whose OPEN has not left is of an unknown stream", () => {
    const lone = new LoneSession();
    lone.session.open("ours", 0);
    lone.receive(rst(2));
    expect(lone.session.end?.label).toBe(UNKNOWN);
  });

  // Requirements: M-25, RX-138
  test("PINGs coalesce: the latest is answered; an unexpected PONG is nothing", () => {
    const lone = new LoneSession();
    const ping = (byte: number): Frame => ({ type: "ping", token: new Uint8Array(8).fill(byte) });
    lone.receive(ping(1), ping(2), { type: "pong", token: new Uint8Array(8) }, ping(3));
    expect(lone.sent()).toEqual([{ type: 7, streamId: 0, payload: new Uint8Array(8).fill(3) }]);
  });

  // Requirement: M-20
  test("DATA that was on its way when its stream was reset is discarded, the rest of a passing frame too", () => {
    const lone = new LoneSession();
    const frame = encodeFrame(data(1, 1_000));
    lone.receive(open(1), frame.subarray(0, 500));
    const stream = acceptedStream(lone.session.takeEvents());
    stream.reset(RstCode.CANCELLED);
    lone.receive(frame.subarray(500), data(1, 20_000), close(1));
    expect(lone.session.end).toBeUndefined();
    expect([stream.readableBytes, lone.session.stats().heldBytes]).toEqual([0, 0]);
    expect(lone.session.stats().counters.framesDiscarded).toBe(2);
    expect(lone.sent().map((one) => one.type)).toEqual([2, 5]);
  });

  // Requirements: M-22, RX-137
  test("RST of the peer takes back our unsent one: RST is never answered", () => {
    const lone = new LoneSession();
    lone.receive(open(1));
    acceptedStream(lone.session.takeEvents()).reset(0);
    lone.sent();
    lone.receive(rst(1));
    expect(lone.sent()).toEqual([]);
    expect(lone.session.stats().streams.Reset).toBe(0);
  });
});
