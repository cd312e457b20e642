/** Each rule about records and the mux has liars for which it speaks, and no other does. */
import { expect, test } from "vitest";
import { MUX_RULES } from "../rules/mux-rules.ts";
import { TCP_RULES } from "../rules/tcp-rules.ts";
import { hex } from "../wire/vectors.fixture.ts";
import { frameBytes, PlayedStreams, u16, u32 } from "./played-streams.fixture.ts";
import { open, text, tryLiars, type StreamLiar } from "./stream-liars.fixture.ts";

const RECORD_LIARS: readonly StreamLiar[] = [
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
  {
    lie: "a code that there isn't",
    rule: "tcp-records",
    requirement: "B-13",
    play: (s) => s.record("initiator", hex("026300")),
  },
  {
    lie: "refuses in the middle what it has taken",
    rule: "tcp-records",
    requirement: "B-13",
    play: (s) => s.record("responder", hex("020300")),
  },
  {
    lie: "an ACCEPT that comes too late",
    rule: "tcp-deadlines",
    requirement: "T-16",
    play: () => undefined,
    lateMs: 5_001,
  },
  {
    lie: "speaks on a connection whose ACCEPT came too late",
    rule: "tcp-deadlines",
    requirement: "T-16",
    play: (s) => s.say("initiator", open(1, "x")),
    lateMs: 5_001,
  },
  {
    lie: "TCP that doesn't end after CLOSE",
    rule: "tcp-deadlines",
    requirement: "T-15",
    play: (s) => s.record("initiator", hex("020000")).wait(5_001).endTcp("responder"),
  },
  {
    lie: "TCP that doesn't end after both FINs",
    rule: "tcp-deadlines",
    requirement: "T-15",
    play: (s) => s.record("initiator", hex("01")).record("responder", hex("01")).wait(5_001).endTcp("initiator"),
  },
];

const MUX_LIARS: readonly StreamLiar[] = [
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

tryLiars([...RECORD_LIARS, ...MUX_LIARS], [...TCP_RULES, ...MUX_RULES]);

test("DATA of an initiator that has no ACCEPT", () => {
  const { findings } = new PlayedStreams().say("initiator", open(1, "x")).end();
  expect(findings.map(({ requirement }) => requirement)).toEqual(["T-6"]);
});

test("DATA of an opener that has no OPEN_ACK, and so no credit", () => {
  const streams = PlayedStreams.open().say("initiator", open(1, "x"), frameBytes("DATA", 1, text("a")));
  expect(streams.end().findings.map(({ requirement }) => requirement)).toEqual(["M-16", "M-17"]);
});
