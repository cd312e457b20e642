/** Each rule about records, the mux and the services has liars for which it speaks, and no other does; the vectors have none. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { MUX_RULES, SERVICE_RULES } from "../rules/mux-rules.ts";
import { tcpRecordsRule } from "../rules/tcp-records.ts";
import { ProbeContent, ProbeDigest } from "../wire/probe-content.ts";
import { hex, vectorsOf } from "../wire/vectors.fixture.ts";
import { frameBytes, message, PlayedStreams, u16, u32, u64 } from "./played-streams.fixture.ts";

interface Liar {
  readonly lie: string;
  readonly rule: string;
  readonly requirement: string;
  readonly play: (streams: PlayedStreams) => unknown;
}

const ZEROS = Buffer.alloc(32);
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
const text = (value: string): Buffer => Buffer.from(value);
const open = (id: number, name: string, credit = 65_536) =>
  frameBytes("OPEN", id, Buffer.concat([u32(credit), text(name)]));
const request = (index: number, digest: Uint8Array, payload = "hello") =>
  Buffer.concat([u32(index), digest, text(payload)]);
const replyTo = (asked: Buffer) => Buffer.concat([asked.subarray(0, 4), sha256(asked), asked.subarray(36)]);
const content = (seed: number, length: number) => Buffer.from(new ProbeContent(seed).part(0, length));
function digestOf(bytes: Uint8Array): Buffer {
  const digest = new ProbeDigest();
  digest.add(bytes);
  return Buffer.from(digest.finish());
}
const transfer = (seed: number, length: number, bytes: Buffer = content(seed, length), digest = digestOf(bytes)) =>
  Buffer.concat([message(u32(seed), u64(length)), bytes, message(digest)]);
const verdict = (ok: number, digest: Uint8Array) => message(Uint8Array.of(ok), digest);
const total = (bytes: Uint8Array) => Buffer.concat([u64(bytes.length), digestOf(bytes)]);
const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1]! ^= 1;
  return copy;
};

const RECORD_LIARS: readonly Liar[] = [
  {
    lie: "FIN with a byte",
    rule: "tcp-records",
    requirement: "RX-96",
    play: (s) => s.record("responder", hex("0161")),
  },
  {
    lie: "DATA after FIN",
    rule: "tcp-records",
    requirement: "RX-101",
    play: (s) => s.record("responder", hex("01")).say("responder", open(2, "x")),
  },
  { lie: "a second ACCEPT", rule: "tcp-records", requirement: "RX-100", play: (s) => s.record("responder", hex("03")) },
  {
    lie: "ACCEPT of the initiator's",
    rule: "tcp-records",
    requirement: "RX-100",
    play: (s) => s.record("initiator", hex("03")),
  },
  {
    lie: "a record after CLOSE",
    rule: "tcp-records",
    requirement: "T-14",
    play: (s) => s.record("initiator", hex("020000")).say("initiator", open(1, "x")),
  },
];

const MUX_LIARS: readonly Liar[] = [
  {
    lie: "another version",
    rule: "mux-frames",
    requirement: "RX-110",
    play: (s) => s.say("initiator", hex("010100000100000005000000")),
  },
  {
    lie: "a frame above 32 KiB",
    rule: "mux-frames",
    requirement: "RX-112",
    play: (s) => s.say("initiator", hex("020300000100000001800000")),
  },
  {
    lie: "ends within a frame",
    rule: "mux-frames",
    requirement: "M-31",
    play: (s) => s.say("initiator", open(1, "x").subarray(0, 14)).record("initiator", hex("01")),
  },
  {
    lie: "an id that isn't next",
    rule: "mux-streams",
    requirement: "M-14",
    play: (s) => s.say("initiator", open(3, "x")),
  },
  {
    lie: "an even id of the initiator's",
    rule: "mux-streams",
    requirement: "M-14",
    play: (s) => s.say("initiator", open(2, "x")),
  },
  {
    lie: "a name in use",
    rule: "mux-streams",
    requirement: "M-11",
    play: (s) => s.say("initiator", open(1, "x"), open(3, "x")),
  },
  {
    lie: "65 streams",
    rule: "mux-streams",
    requirement: "M-11",
    play: (s) => s.say("initiator", ...Array.from({ length: 65 }, (_, i) => open(2 * i + 1, `x${i}`))),
  },
  {
    lie: "a stream that nobody opened",
    rule: "mux-streams",
    requirement: "M-20",
    play: (s) => s.say("initiator", frameBytes("CLOSE", 7)),
  },
  {
    lie: "DATA after CLOSE",
    rule: "mux-streams",
    requirement: "RX-135",
    play: (s) => s.stream(1, "x").say("initiator", frameBytes("CLOSE", 1), frameBytes("DATA", 1, text("a"))),
  },
  {
    lie: "DATA after RST",
    rule: "mux-streams",
    requirement: "M-22",
    play: (s) => s.stream(1, "x").say("initiator", frameBytes("RST", 1, u16(0)), frameBytes("DATA", 1, text("a"))),
  },
  {
    lie: "the acceptor's CLOSE before OPEN_ACK",
    rule: "mux-streams",
    requirement: "M-19",
    play: (s) => s.say("initiator", open(1, "x")).say("responder", frameBytes("CLOSE", 1)),
  },
  {
    lie: "two OPEN_ACKs",
    rule: "mux-streams",
    requirement: "RX-132",
    play: (s) => s.stream(1, "x").say("responder", frameBytes("OPEN_ACK", 1, u32(1))),
  },
  {
    lie: "OPEN_ACK of an own stream",
    rule: "mux-streams",
    requirement: "RX-132",
    play: (s) => s.say("initiator", open(1, "x"), frameBytes("OPEN_ACK", 1, u32(1))),
  },
  {
    lie: "DATA past the credit",
    rule: "mux-credit",
    requirement: "M-17",
    play: (s) => s.stream(1, "x", 4).data("initiator", 1, text("hello")),
  },
  {
    lie: "uses credit that is still on its way",
    rule: "mux-credit",
    requirement: "M-17",
    play: (s) =>
      s
        .stream(1, "x", 4)
        .sayInVain("responder", frameBytes("WINDOW_UPDATE", 1, u32(9)))
        .data("initiator", 1, text("hello")),
  },
  {
    lie: "grants more than 2 MiB",
    rule: "mux-credit",
    requirement: "M-17",
    play: (s) => s.stream(1, "x", 2 ** 21).say("responder", frameBytes("WINDOW_UPDATE", 1, u32(1))),
  },
  {
    lie: "opens with more than 2 MiB",
    rule: "mux-credit",
    requirement: "M-17",
    play: (s) => s.say("initiator", open(1, "x", 2 ** 21 + 1)),
  },
];

const first = request(1, ZEROS);
const BULK = content(5, 50);
const BACK = content(6, 50);
const honestBulk = (s: PlayedStreams) =>
  s
    .stream(1, "bulk/k")
    .data("initiator", 1, transfer(5, 50))
    .data("responder", 1, Buffer.concat([verdict(1, digestOf(BULK)), transfer(6, 50)]));
const honestSink = (s: PlayedStreams) => s.stream(1, "sink/k").stream(3, "gate/k").data("initiator", 1, BULK);

const SERVICE_LIARS: readonly Liar[] = [
  {
    lie: "an index that isn't next",
    rule: "service-control",
    requirement: "V-6",
    play: (s) => s.stream(1, "control").data("initiator", 1, message(request(2, ZEROS))),
  },
  {
    lie: "a digest of no reply",
    rule: "service-control",
    requirement: "V-6",
    play: (s) =>
      s
        .stream(1, "control")
        .data("initiator", 1, message(first))
        .data("responder", 1, message(replyTo(first)))
        .data("initiator", 1, message(request(2, ZEROS))),
  },
  {
    lie: "asks again before the reply",
    rule: "service-control",
    requirement: "V-6",
    play: (s) =>
      s
        .stream(1, "control")
        .data("initiator", 1, Buffer.concat([message(first), message(request(2, sha256(replyTo(first))))])),
  },
  {
    lie: "a reply with another payload",
    rule: "service-control",
    requirement: "V-6",
    play: (s) =>
      s
        .stream(1, "control")
        .data("initiator", 1, message(first))
        .data("responder", 1, message(flipped(replyTo(first)))),
  },
  {
    lie: "a reply that nobody asked for",
    rule: "service-control",
    requirement: "V-6",
    play: (s) => s.stream(1, "control").data("responder", 1, message(replyTo(first))),
  },
  {
    lie: "ends within a request",
    rule: "service-control",
    requirement: "V-5",
    play: (s) =>
      s
        .stream(1, "control")
        .data("initiator", 1, message(first).subarray(0, 9))
        .say("initiator", frameBytes("CLOSE", 1)),
  },
  {
    lie: "another byte of bulk",
    rule: "service-bulk",
    requirement: "V-23",
    play: (s) => s.stream(1, "bulk/k").data("initiator", 1, transfer(5, 50, flipped(BULK))),
  },
  {
    lie: "another digest of bulk",
    rule: "service-bulk",
    requirement: "V-13",
    play: (s) => s.stream(1, "bulk/k").data("initiator", 1, transfer(5, 50, BULK, ZEROS)),
  },
  {
    lie: "a verdict before the content",
    rule: "service-bulk",
    requirement: "V-14",
    play: (s) =>
      s
        .stream(1, "bulk/k")
        .data("initiator", 1, transfer(5, 50).subarray(0, 40))
        .data("responder", 1, verdict(1, digestOf(BULK))),
  },
  {
    lie: "a verdict that is wrong",
    rule: "service-bulk",
    requirement: "V-14",
    play: (s) =>
      s
        .stream(1, "bulk/k")
        .data("initiator", 1, transfer(5, 50))
        .data("responder", 1, verdict(0, digestOf(BULK))),
  },
  {
    lie: "a verdict with another digest",
    rule: "service-bulk",
    requirement: "V-14",
    play: (s) => s.stream(1, "bulk/k").data("initiator", 1, transfer(5, 50)).data("responder", 1, verdict(1, ZEROS)),
  },
  {
    lie: "the same content comes back",
    rule: "service-bulk",
    requirement: "V-11",
    play: (s) =>
      s
        .stream(1, "bulk/k")
        .data("initiator", 1, transfer(5, 50))
        .data("responder", 1, Buffer.concat([verdict(1, digestOf(BULK)), transfer(5, 50)])),
  },
  {
    lie: "the client's verdict is wrong",
    rule: "service-bulk",
    requirement: "V-14",
    play: (s) => honestBulk(s).data("initiator", 1, verdict(0, digestOf(BACK))),
  },
  {
    lie: "ends within the content",
    rule: "service-bulk",
    requirement: "V-5",
    play: (s) =>
      s
        .stream(1, "bulk/k")
        .data("initiator", 1, transfer(5, 50).subarray(0, 40))
        .say("initiator", frameBytes("CLOSE", 1)),
  },
  {
    lie: "reads the sink before the gate",
    rule: "service-sink",
    requirement: "V-15",
    play: (s) => honestSink(s).say("responder", frameBytes("WINDOW_UPDATE", 1, u32(50))),
  },
  {
    lie: "tells the gate of other content",
    rule: "service-sink",
    requirement: "V-16",
    play: (s) =>
      honestSink(s)
        .data("initiator", 3, message(total(BACK)))
        .say("initiator", frameBytes("CLOSE", 1)),
  },
  {
    lie: "answers before the sink is whole",
    rule: "service-gate",
    requirement: "V-16",
    play: (s) =>
      honestSink(s)
        .data("initiator", 3, message(total(BULK)))
        .data("responder", 3, message(Uint8Array.of(1), total(BULK))),
  },
  {
    lie: "answers with another digest",
    rule: "service-gate",
    requirement: "V-16",
    play: (s) =>
      honestSink(s)
        .data("initiator", 3, message(total(BULK)))
        .say("initiator", frameBytes("CLOSE", 1))
        .data("responder", 3, message(Uint8Array.of(1), total(BACK))),
  },
  {
    lie: "answers that it isn't the same",
    rule: "service-gate",
    requirement: "V-16",
    play: (s) =>
      honestSink(s)
        .data("initiator", 3, message(total(BULK)))
        .say("initiator", frameBytes("CLOSE", 1))
        .data("responder", 3, message(Uint8Array.of(0), total(BULK))),
  },
  {
    lie: "another byte comes back",
    rule: "service-echo",
    requirement: "V-10",
    play: (s) => s.stream(1, "echo").data("initiator", 1, text("hello")).data("responder", 1, text("hellp")),
  },
  {
    lie: "more comes back than arrived",
    rule: "service-echo",
    requirement: "V-10",
    play: (s) => s.stream(1, "echo").data("initiator", 1, text("hell")).data("responder", 1, text("hello")),
  },
  {
    lie: "the echo ends first",
    rule: "service-echo",
    requirement: "V-10",
    play: (s) => s.stream(1, "echo").say("responder", frameBytes("CLOSE", 1)),
  },
  {
    lie: "a mirror without echoes",
    rule: "service-mirror",
    requirement: "V-17",
    play: (s) =>
      s
        .stream(1, "mirror")
        .data("initiator", 1, message(u32(2)))
        .data("responder", 1, message(u32(2))),
  },
  {
    lie: "a mirror with another count",
    rule: "service-mirror",
    requirement: "V-17",
    play: (s) =>
      s
        .stream(1, "mirror")
        .data("initiator", 1, message(u32(2)))
        .data("responder", 1, message(u32(1))),
  },
  {
    lie: "a status that is no object",
    rule: "service-status",
    requirement: "V-9",
    play: (s) => s.stream(1, "status").data("responder", 1, message(text("[]"))),
  },
  {
    lie: "two statuses",
    rule: "service-status",
    requirement: "V-9",
    play: (s) => s.stream(1, "status").data("responder", 1, Buffer.concat([message(text("{}")), message(text("{}"))])),
  },
  {
    lie: "asks for a status with bytes",
    rule: "service-status",
    requirement: "V-9",
    play: (s) => s.stream(1, "status").data("initiator", 1, text("x")),
  },
];

const LIARS = [...RECORD_LIARS, ...MUX_LIARS, ...SERVICE_LIARS];

describe("liars", () => {
  test.each(LIARS)("$rule, $requirement: $lie", ({ rule, requirement, play }) => {
    const streams = PlayedStreams.open();
    play(streams);
    const { findings } = streams.end();
    expect([...new Set(findings.map((finding) => finding.rule))]).toEqual([rule]);
    expect(findings[0]?.requirement).toBe(requirement);
  });

  test.each(LIARS)("without $rule nobody notices: $lie", ({ rule, play }) => {
    const streams = PlayedStreams.open(rule);
    play(streams);
    expect(streams.end().findings).toEqual([]);
  });

  test("DATA of an initiator that has no ACCEPT", () => {
    const { findings } = new PlayedStreams().say("initiator", open(1, "x")).end();
    expect(findings.map(({ requirement }) => requirement)).toEqual(["T-6"]);
  });

  test("DATA of an opener that has no OPEN_ACK, and so no credit", () => {
    const streams = PlayedStreams.open().say("initiator", open(1, "x"), frameBytes("DATA", 1, text("a")));
    expect(streams.end().findings.map(({ requirement }) => requirement)).toEqual(["M-16", "M-17"]);
  });

  test("every rule has one", () => {
    const ids = [tcpRecordsRule, ...MUX_RULES, ...SERVICE_RULES].map(({ id }) => id);
    expect(ids.filter((id) => !LIARS.some(({ rule }) => rule === id))).toEqual([]);
  });
});

interface Exchange {
  readonly name: string;
  readonly kind: string;
  readonly stream: string;
  readonly turns: readonly { readonly from: "client" | "server"; readonly bytes: string }[];
}
const exchanges = vectorsOf<Exchange, never>("services").vectors.filter(({ kind }) => kind === "exchange");

describe("the exchanges of the vectors", () => {
  test.each(exchanges.filter(({ stream }) => !stream.startsWith("gate")))("$name", ({ stream, turns }) => {
    const streams = PlayedStreams.open().stream(1, stream);
    for (const { from, bytes } of turns) streams.data(from === "client" ? "initiator" : "responder", 1, hex(bytes));
    for (const end of ["initiator", "responder"] as const) streams.say(end, frameBytes("CLOSE", 1));
    expect(streams.end().findings).toEqual([]);
  });

  test("gate, with its sink", () => {
    const { turns } = exchanges.find(({ stream }) => stream === "gate/k")!;
    const streams = PlayedStreams.open()
      .stream(1, "sink/k")
      .stream(3, "gate/k")
      .data("initiator", 1, content(9, 6_000));
    streams.data("initiator", 3, hex(turns[0]!.bytes)).say("initiator", frameBytes("CLOSE", 1));
    streams.say("responder", frameBytes("WINDOW_UPDATE", 1, u32(6_000))).data("responder", 3, hex(turns[1]!.bytes));
    const { findings, services } = streams.end();
    expect(findings).toEqual([]);
    expect(services.map(({ name, facts }) => ({ name, facts }))).toEqual([
      { name: "sink/k", facts: { bytes: 6_000 } },
      { name: "gate/k", facts: { announced: 6_000, verdict: true } },
    ]);
  });
});
