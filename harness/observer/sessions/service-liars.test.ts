/** Each rule about the services has liars for which it speaks, and no other does; about the vectors none speaks. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SERVICE_RULES } from "../rules/mux-rules.ts";
import { ProbeContent, ProbeDigest } from "../wire/probe-content.ts";
import { hex, vectorsOf } from "../wire/vectors.fixture.ts";
import { frameBytes, message, PlayedStreams, u32, u64 } from "./played-streams.fixture.ts";
import { text, tryLiars, type StreamLiar } from "./stream-liars.fixture.ts";

const ZEROS = Buffer.alloc(32);
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
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

const first = request(1, ZEROS);
const BULK = content(5, 50);
const BACK = content(6, 50);
const honestBulk = (s: PlayedStreams) =>
  s
    .stream(1, "bulk/k")
    .data("initiator", 1, transfer(5, 50))
    .data("responder", 1, Buffer.concat([verdict(1, digestOf(BULK)), transfer(6, 50)]));
const honestSink = (s: PlayedStreams) => s.stream(1, "sink/k").stream(3, "gate/k").data("initiator", 1, BULK);

const SERVICE_LIARS: readonly StreamLiar[] = [
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

tryLiars(SERVICE_LIARS, SERVICE_RULES);

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
      { name: "gate/k", facts: { announced: 6_000, queued: 6_000, verdict: true } },
    ]);
  });
});

describe("what is noted of a service", () => {
  const factsOf = (streams: PlayedStreams, name: string) =>
    streams.end().services.find((service) => service.name === name)?.facts;
  const second = request(2, sha256(replyTo(first)));
  const exchange = (s: PlayedStreams, asked: Buffer) =>
    s.data("initiator", 1, message(asked)).data("responder", 1, message(replyTo(asked)));

  test("control: replies, and those since whose forerunner less urgent bytes passed", () => {
    const quiet = PlayedStreams.open().stream(1, "control");
    expect(factsOf(exchange(exchange(quiet, first), second), "control")).toMatchObject({
      ...{ requests: 2, replies: 2, repliesWithBulkBeside: 0, bytesBeside: 0 },
    });
    const busy = PlayedStreams.open()
      .say("initiator", frameBytes("OPEN", 1, Buffer.concat([u32(65_536), text("control")]), 1))
      .say("responder", frameBytes("OPEN_ACK", 1, u32(65_536)))
      .say("initiator", frameBytes("OPEN", 3, Buffer.concat([u32(65_536), text("echo/0")]), 7))
      .say("responder", frameBytes("OPEN_ACK", 3, u32(65_536)));
    exchange(busy, first).say("initiator", frameBytes("DATA", 3, text("bulk"), 7));
    expect(factsOf(exchange(busy, second), "control")).toMatchObject({ replies: 2, repliesWithBulkBeside: 1 });
  });

  test("sink and gate: the credit that was used up, and what waited when the reader was told to go on", () => {
    const streams = PlayedStreams.open().stream(1, "sink/k", 1_000).stream(3, "gate/k");
    streams.data("initiator", 1, content(9, 999));
    streams.data("initiator", 1, content(9, 1_000).subarray(999));
    const rest = content(9, 1_500);
    streams.data("initiator", 3, message(total(rest))).say("responder", frameBytes("WINDOW_UPDATE", 1, u32(1_000)));
    streams.data("initiator", 1, rest.subarray(1_000));
    const { services } = streams.end();
    expect(services.map(({ facts }) => facts)).toEqual([
      { bytes: 1_500, creditWhenFilled: 1_000 },
      { announced: 1_500, queued: 1_000 },
    ]);
  });

  test("bulk: both ends' verdicts", () => {
    const streams = honestBulk(PlayedStreams.open()).data("initiator", 1, verdict(1, digestOf(BACK)));
    expect(factsOf(streams, "bulk/k")).toEqual({
      ...{ seed: 5, length: 50, bytes: 50, bytesBack: 50, verdict: true, verdictBack: true },
    });
  });
});
