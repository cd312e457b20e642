/** fixtures/vectors/mux.json: frames of every type, and what an acceptor must answer or refuse. */
import { ascii, hex, join, u16, u32, u64, u8, zeros } from "../../../harness/observer/crypto/bytes.ts";
import type { Json, MadeFile, NegativeCase } from "./vector-file.ts";

const TYPE = { OPEN: 1, OPEN_ACK: 2, DATA: 3, WINDOW_UPDATE: 4, RST: 5, PING: 6, PONG: 7, CLOSE: 8 };
const KIB = 1024;
const LIMIT = 2_048 * KIB;

interface FrameChanges {
  readonly ver?: number;
  readonly priority?: number;
  readonly flags?: number;
  readonly len?: number;
}

function frame(typ: number, streamId: number, payload: Uint8Array = zeros(0), changes: FrameChanges = {}): Uint8Array {
  const { ver = 2, priority = 0, flags = 0, len = payload.length } = changes;
  return join(u8(ver), u8(typ), u8(priority), u8(flags), u32(streamId), u32(len), payload);
}

const open = (streamId: number, name = `s${streamId}`, credit = 64 * KIB, changes: FrameChanges = {}): Uint8Array =>
  frame(TYPE.OPEN, streamId, join(u32(credit), ascii(name)), changes);
const openBytes = (payload: Uint8Array): Uint8Array => frame(TYPE.OPEN, 1, payload);
const data = (streamId: number, bytes: Uint8Array): Uint8Array => frame(TYPE.DATA, streamId, bytes);
const update = (streamId: number, delta: number): Uint8Array => frame(TYPE.WINDOW_UPDATE, streamId, u32(delta));
const rst = (streamId: number, code: number): Uint8Array => frame(TYPE.RST, streamId, u16(code));
const closeOf = (streamId: number): Uint8Array => frame(TYPE.CLOSE, streamId);

export function muxFile(): MadeFile {
  return {
    name: "mux",
    about:
      "Frames with their fields. Negative: `bytes` come from the initiator to a responder that takes every stream but those named `none`, opens none itself, reads nothing and sends nothing but what the mux answers; `label` ends the session, `answer` are the frames that it sends (OPEN_ACK of good streams aside), none if the list is empty.",
    vectors: [
      vector(
        "OPEN",
        { type: "OPEN", stream_id: 1, priority: 7, credit: 65_536, name: "control" },
        open(1, "control", 64 * KIB, { priority: 7 }),
      ),
      vector(
        "OPEN, 64 bytes of name",
        { type: "OPEN", stream_id: 4_294_967_295, priority: 0, credit: 0, name: "é".repeat(32) },
        open(0xffffffff, "é".repeat(32), 0),
      ),
      vector("OPEN_ACK", { type: "OPEN_ACK", stream_id: 1, credit: 65_536 }, frame(TYPE.OPEN_ACK, 1, u32(64 * KIB))),
      vector("DATA", { type: "DATA", stream_id: 2, payload: hex(ascii("hello")) }, data(2, ascii("hello"))),
      vector("WINDOW_UPDATE", { type: "WINDOW_UPDATE", stream_id: 3, delta: 32_768 }, update(3, 32 * KIB)),
      vector("RST", { type: "RST", stream_id: 5, code: 4 }, rst(5, 4)),
      vector("PING", { type: "PING", stream_id: 0, token: "0100000000000000" }, frame(TYPE.PING, 0, u64(1))),
      vector(
        "PONG",
        { type: "PONG", stream_id: 0, token: "ffffffffffffffff" },
        frame(TYPE.PONG, 0, u64(2n ** 64n - 1n)),
      ),
      vector("CLOSE", { type: "CLOSE", stream_id: 7 }, closeOf(7)),
    ],
    negative: [...headers(), ...streams(), ...harmless()],
  };
}

function vector(
  name: string,
  fields: { readonly [key: string]: Json },
  bytes: Uint8Array,
): { name: string; [key: string]: Json } {
  return { name, fields, bytes: hex(bytes) };
}

const refused = (name: string, requirement: string, label: string, ...frames: readonly Uint8Array[]): NegativeCase => ({
  name,
  requirement,
  bytes: hex(join(...frames)),
  verdict: { label: `mux.reject.${label}` },
});
const answered = (
  name: string,
  requirement: string,
  answer: readonly Uint8Array[],
  ...frames: readonly Uint8Array[]
): NegativeCase => ({
  name,
  requirement,
  bytes: hex(join(...frames)),
  verdict: { answer: answer.map(hex) },
});

function headers(): NegativeCase[] {
  const malformed = (name: string, requirement: string, bytes: Uint8Array): NegativeCase =>
    refused(name, requirement, "malformed_frame", bytes);
  const fixed = (typ: number, name: string, size: number): NegativeCase[] =>
    [size - 1, size + 1]
      .filter((length) => length >= 0)
      .map((length) =>
        malformed(
          `${name} of ${length} bytes`,
          "RX-117",
          frame(typ, typ === TYPE.PING || typ === TYPE.PONG ? 0 : 1, zeros(length)),
        ),
      );
  return [
    malformed("ver 1", "RX-110", open(1, "a", 0, { ver: 1 })),
    malformed("ver 3", "RX-110", open(1, "a", 0, { ver: 3 })),
    malformed("flags 1", "RX-111", open(1, "a", 0, { flags: 1 })),
    refused("len 32,769 of DATA", "RX-112", "frame_oversize", frame(TYPE.DATA, 1, zeros(0), { len: 32_769 })),
    refused("len 32,769 of an unknown type", "RX-112", "frame_oversize", frame(99, 1, zeros(0), { len: 32_769 })),
    refused("len 2^32 - 1", "RX-112", "frame_oversize", frame(TYPE.DATA, 1, zeros(0), { len: 0xffffffff })),
    malformed("typ 0", "RX-113", frame(0, 1)),
    malformed("typ 9", "RX-113", frame(9, 1)),
    malformed("OPEN of 3 bytes", "RX-114", openBytes(zeros(3))),
    refused("OPEN without a name", "RX-115", "invalid_stream_name", openBytes(u32(0))),
    refused("OPEN with a name of 65 bytes", "RX-115", "invalid_stream_name", open(1, "n".repeat(65))),
    refused("OPEN with a name that is not UTF-8", "RX-121", "invalid_stream_name", openBytes(join(u32(0), u8(0xff)))),
    malformed("OPEN with priority 8", "RX-119", open(1, "a", 0, { priority: 8 })),
    malformed("OPEN of stream 0", "RX-118", open(0)),
    malformed("DATA of stream 0", "RX-118", data(0, u8(1))),
    malformed("PING on stream 1", "RX-118", frame(TYPE.PING, 1, zeros(8))),
    malformed("DATA without bytes", "RX-116", frame(TYPE.DATA, 1)),
    ...fixed(TYPE.OPEN_ACK, "OPEN_ACK", 4),
    ...fixed(TYPE.WINDOW_UPDATE, "WINDOW_UPDATE", 4),
    ...fixed(TYPE.RST, "RST", 2),
    ...fixed(TYPE.PING, "PING", 8),
    ...fixed(TYPE.PONG, "PONG", 8),
    ...fixed(TYPE.CLOSE, "CLOSE", 0),
  ];
}

function streams(): NegativeCase[] {
  const state = (name: string, requirement: string, ...frames: readonly Uint8Array[]): NegativeCase =>
    refused(name, requirement, "invalid_stream_state_transition", ...frames);
  const credit = (name: string, requirement: string, ...frames: readonly Uint8Array[]): NegativeCase =>
    refused(name, requirement, "window_credit_overflow_or_underflow", ...frames);
  const unknown = (name: string, bytes: Uint8Array): NegativeCase =>
    refused(name, "RX-130", "unknown_stream_frame", bytes);
  const full = zeros(32 * KIB);
  return [
    state("OPEN of an even id", "RX-123", open(2)),
    state("OPEN of id 3 first", "RX-123", open(3)),
    state("OPEN of an id twice", "RX-123", open(1), open(1, "other")),
    state("OPEN of an id that was refused", "RX-123", open(1, "none"), open(1, "other")),
    credit("OPEN with a credit above 2 MiB", "RX-124", open(1, "a", LIMIT + 1)),
    refused("WINDOW_UPDATE of 0", "RX-122", "malformed_frame", open(1), update(1, 0)),
    unknown("DATA of a stream that was never opened", data(1, u8(1))),
    unknown("CLOSE of a stream that was never opened", closeOf(1)),
    unknown("RST of a stream that was never opened", rst(1, 0)),
    unknown("WINDOW_UPDATE of a stream of the responder that it never opened", update(2, 1)),
    state("OPEN_ACK of a stream that its sender opened", "RX-132", open(1), frame(TYPE.OPEN_ACK, 1, u32(0))),
    credit("WINDOW_UPDATE past 2 MiB", "RX-133", open(1, "a", LIMIT), update(1, 1)),
    state("DATA after CLOSE", "RX-135", open(1), closeOf(1), data(1, u8(1))),
    state("CLOSE after CLOSE", "RX-135", open(1), closeOf(1), closeOf(1)),
    credit("DATA past the credit of 64 KiB", "RX-136", open(1), data(1, full), data(1, full), data(1, u8(1))),
    answered("OPEN of a name in use", "RX-127", [rst(3, 2)], open(1, "same"), open(3, "same")),
    answered("OPEN of a service that is not there", "RX-128", [rst(1, 3)], open(1, "none")),
    answered(
      "the 65th stream",
      "RX-126",
      [rst(129, 1)],
      ...Array.from({ length: 65 }, (_, index) => open(2 * index + 1)),
    ),
  ];
}

function harmless(): NegativeCase[] {
  const taken = (name: string, requirement: string, ...frames: readonly Uint8Array[]): NegativeCase =>
    answered(name, requirement, [], ...frames);
  return [
    taken("a PONG that nobody asked for", "RX-138", frame(TYPE.PONG, 0, u64(9))),
    taken("DATA of a stream that was reset", "RX-131", open(1), rst(1, 0), data(1, u8(1))),
    taken("RST twice", "RX-131", open(1), rst(1, 0), rst(1, 0)),
    taken("RST with an unknown code", "RX-137", open(1), rst(1, 0xffff)),
    taken("WINDOW_UPDATE of a stream that was reset", "RX-131", open(1), rst(1, 0), update(1, LIMIT)),
    taken("priority 255 of CLOSE", "RX-120", open(1), frame(TYPE.CLOSE, 1, zeros(0), { priority: 255 })),
    taken("DATA up to the credit of 64 KiB", "M-17", open(1), data(1, zeros(32 * KIB)), data(1, zeros(32 * KIB))),
    answered("PING is answered", "M-25", [frame(TYPE.PONG, 0, u64(77))], frame(TYPE.PING, 0, u64(77))),
    answered(
      "two PINGs at once: the latest is answered",
      "M-25",
      [frame(TYPE.PONG, 0, u64(2))],
      frame(TYPE.PING, 0, u64(1)),
      frame(TYPE.PING, 0, u64(2)),
    ),
    {
      ...refused("the transport ends within a frame", "RX-139", "malformed_frame", open(1).subarray(0, 9)),
      transport_ends: true,
    },
  ];
}
