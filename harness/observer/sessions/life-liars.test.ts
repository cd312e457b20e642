/** Each rule about the end of a session, and its deadlines, has a liar for which it speaks, and no other does. */
import { PACKET_RULES } from "../rules/packet-rules.ts";
import { bitsBelow, bytes, ping, tryPacketLiars, type Liar } from "./packet-liars.fixture.ts";
import { playedPacket, WINDOW } from "./played-session.fixture.ts";

const RULES = (id: string): boolean => /^(probes|idle|path|closing|accusation)/.test(id);

const LIARS: readonly Liar[] = [
  {
    lie: "PINGs without end",
    rule: "probes-spaced",
    requirement: "R-20",
    play: (wire) => {
      wire.say("responder", ping(1));
      for (let pn = 1; pn <= 40; pn += 1) wire.say("initiator", { ...ping(pn), ack: 1 });
    },
  },
  {
    lie: "goes on after an idle timeout in which nothing came",
    rule: "idle-timeout",
    requirement: "L-8",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("responder", { type: "PING", pn: 1, ack: 1 });
      for (let pn = 2; pn <= 6; pn += 1)
        wire.wait(3_300).lose("initiator", { type: "PING", pn, ack: 1, ackDelayUs: pn * 3_300_000 - 6_600_000 });
    },
  },
  {
    lie: "answers what comes after its idle timeout",
    rule: "idle-timeout",
    requirement: "L-8",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("responder", { type: "ACK", pn: 1, ack: 1 });
      wire.wait(16_500).lose("initiator", ping(2));
      wire.arrive("initiator", 2, playedPacket(ping(2))).say("responder", { type: "ACK", pn: 2, ack: 2, bits: 1 });
    },
  },
  {
    lie: "asks nobody for a while, and goes on",
    rule: "idle-timeout",
    requirement: "L-8",
    play: (wire) => {
      wire.say("responder", ping(1)).say("initiator", { type: "PING", pn: 1, ack: 1 });
      wire.wait(9_500).say("responder", { type: "DATA", pn: 2, bytes: bytes(1) });
    },
  },
  {
    lie: "sends for ever what doesn't get through",
    rule: "path-timeout",
    requirement: "L-10",
    play: (wire) => {
      wire.say("responder", ping(1));
      for (let turn = 1; turn <= 9; turn += 1) {
        const state = { ack: turn, bits: bitsBelow(turn) } as const;
        wire.wait(4_000).lose("initiator", { type: "DATA", pn: 2 * turn - 1, ...state, bytes: bytes(10) });
        wire.say("initiator", { type: "PING", pn: 2 * turn, ...state }).say("responder", ping(turn + 1));
      }
    },
  },
  {
    lie: "a code that there isn't",
    rule: "closing",
    requirement: "B-13",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1, code: 8 }),
  },
  {
    lie: "refuses in the middle what it has taken",
    rule: "closing",
    requirement: "B-13",
    play: (wire) => wire.say("responder", ping(1)).say("responder", { type: "CLOSE", pn: 2, code: 3 }),
  },
  {
    lie: "an initiator that has no room",
    rule: "closing",
    requirement: "B-13",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1, code: 7 }),
  },
  {
    lie: "says that too much failed to open",
    rule: "closing",
    requirement: "P-24",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1, code: 5 }),
  },
  {
    lie: "lingers for too long",
    rule: "closing",
    requirement: "L-7",
    play: (wire) => {
      wire.say("initiator", { type: "CLOSE", pn: 1 });
      wire.wait(7_100).say("initiator", { type: "CLOSE", pn: 2 });
    },
  },
  {
    lie: "goes on after it took its peer's CLOSE",
    rule: "closing",
    requirement: "L-6",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1 }).say("responder", { type: "PING", pn: 1, ack: 1 }),
  },
  {
    lie: "accuses a peer that broke nothing",
    rule: "accusation",
    requirement: "B-11",
    play: (wire) => wire.say("responder", { type: "CLOSE", pn: 1, code: 1, reason: "you did it" }),
  },
  {
    lie: "accuses a peer of a frame that it never sent",
    rule: "accusation",
    requirement: "B-11",
    play: (wire) => wire.say("responder", { type: "CLOSE", pn: 1, code: 6, reason: "mux.reject.malformed_frame" }),
  },
  {
    lie: "sends on after its CLOSE",
    rule: "closing",
    requirement: "L-3",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1 }).say("initiator", ping(2)),
  },
  {
    lie: "closes with two codes",
    rule: "closing",
    requirement: "L-3",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1 }).say("initiator", { type: "CLOSE", pn: 2, code: 6 }),
  },
  {
    lie: "closes for ever",
    rule: "closing",
    requirement: "L-3",
    play: (wire) => {
      for (let pn = 1; pn <= 9; pn += 1) wire.say("initiator", { type: "CLOSE", pn });
    },
  },
  {
    lie: "CLOSE with a window",
    rule: "closing",
    requirement: "L-4",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1, window: WINDOW }),
  },
  {
    lie: "answers CLOSE with a code",
    rule: "closing",
    requirement: "L-6",
    play: (wire) => {
      wire.say("initiator", { type: "CLOSE", pn: 1, code: 6 });
      wire.say("responder", { type: "CLOSE", pn: 1, ack: 1, code: 6 });
    },
  },
  {
    lie: "answers CLOSE twice",
    rule: "closing",
    requirement: "L-6",
    play: (wire) => {
      wire.say("initiator", { type: "CLOSE", pn: 1 }).say("responder", { type: "CLOSE", pn: 1, ack: 1 });
      wire.say("responder", { type: "CLOSE", pn: 2, ack: 1 });
    },
  },
  {
    lie: "a label that there isn't",
    rule: "closing",
    requirement: "M-34",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1, code: 6, reason: "mux.reject.no_such_thing" }),
  },
  {
    lie: "a refusal that tells why",
    rule: "closing",
    requirement: "H-57",
    play: (wire) => wire.say("responder", { type: "CLOSE", pn: 1, code: 3, reason: "unknown device" }),
  },
  {
    lie: "a refusal that acknowledges",
    rule: "closing",
    requirement: "H-49",
    play: (wire) => wire.say("initiator", ping(1)).say("responder", { type: "CLOSE", pn: 1, code: 7, ack: 1 }),
  },
];

tryPacketLiars(
  LIARS,
  PACKET_RULES.filter(({ id }) => RULES(id)),
);
