/** Each rule about what an end says it has received has a liar for which it speaks, and no other does. */
import { PACKET_RULES } from "../rules/packet-rules.ts";
import { bitsBelow, bytes, flood, ping, tryPacketLiars, type Liar } from "./packet-liars.fixture.ts";
import { WINDOW } from "./played-session.fixture.ts";

const RULES = (id: string): boolean => /^(acknowledge|delivered)/.test(id);

const LIARS: readonly Liar[] = [
  {
    lie: "acknowledges what was lost",
    rule: "acknowledged-arrived",
    requirement: "R-1",
    play: (wire) => wire.lose("initiator", ping(1)).say("responder", { type: "PING", pn: 1, ack: 1 }),
  },
  {
    lie: "acknowledges a pn that was never used",
    rule: "acknowledged-arrived",
    requirement: "R-1",
    play: (wire) => wire.say("initiator", ping(2)).say("responder", { type: "ACK", pn: 1, ack: 2, bits: 1 }),
  },
  {
    lie: "ack falls",
    rule: "acknowledgement-steady",
    requirement: "R-2",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("initiator", ping(2));
      wire.say("responder", { type: "ACK", pn: 1, ack: 2, bits: 1 }).say("responder", { type: "ACK", pn: 2, ack: 1 });
    },
  },
  {
    lie: "a pn that was named before is missing in the bitmap",
    rule: "acknowledgement-steady",
    requirement: "R-2",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("initiator", ping(2));
      wire.say("responder", { type: "ACK", pn: 1, ack: 2, bits: 1 }).say("responder", { type: "ACK", pn: 2, ack: 2 });
    },
  },
  {
    lie: "a range leaves out what was named and not retired",
    rule: "acknowledgement-steady",
    requirement: "R-2",
    play: (wire) => {
      for (const pn of [1, 3, 40]) wire.say("initiator", ping(pn));
      wire.say("responder", {
        type: "ACK",
        pn: 1,
        ack: 40,
        ranges: [
          [3, 3],
          [1, 1],
        ],
      });
      wire.say("responder", { type: "ACK", pn: 2, ack: 40, ranges: [[1, 1]] });
    },
  },
  {
    lie: "ack_delay without an ack",
    rule: "acknowledgement-delay",
    requirement: "P-9",
    play: (wire) => wire.say("initiator", { type: "PING", pn: 1, ackDelayUs: 5 }),
  },
  {
    lie: "ack_delay shrinks for the same ack",
    rule: "acknowledgement-delay",
    requirement: "P-9",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("responder", { type: "PING", pn: 1, ack: 1, ackDelayUs: 50 });
      wire.say("responder", { type: "PING", pn: 2, ack: 1, ackDelayUs: 40 });
    },
  },
  {
    lie: "acknowledges acknowledgements",
    rule: "acknowledgement-provoked",
    requirement: "R-3",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("responder", { type: "ACK", pn: 1, ack: 1 });
      wire.say("initiator", { type: "ACK", pn: 2, ack: 1 });
    },
  },
  {
    lie: "delivered is more than arrived",
    rule: "delivered-arrived",
    requirement: "R-31",
    play: (wire) => {
      wire.lose("initiator", { type: "DATA", pn: 1, bytes: bytes(10) });
      wire.say("initiator", { type: "DATA", pn: 2, offset: 10, bytes: bytes(10) });
      wire.say("responder", { type: "PING", pn: 1, ack: 2, delivered: 20 });
    },
  },
  {
    lie: "delivered falls",
    rule: "delivered-arrived",
    requirement: "P-8",
    play: (wire) => {
      wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(10) });
      wire.say("responder", { type: "PING", pn: 1, ack: 1, delivered: 10 });
      wire.say("responder", { type: "PING", pn: 2, ack: 1, delivered: 9, window: WINDOW + 1 });
    },
  },
  {
    lie: "delivered leaves out what is acknowledged",
    rule: "delivered-arrived",
    requirement: "P-8",
    play: (wire) => {
      wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(10) });
      wire.say("responder", { type: "PING", pn: 1, ack: 1, delivered: 5 });
    },
  },
  {
    lie: "has held an ack for longer than it was there",
    rule: "acknowledgement-delay",
    requirement: "P-9",
    play: (wire) => wire.say("initiator", ping(1)).say("responder", { type: "PING", pn: 1, ack: 1, ackDelayUs: 5_000 }),
  },
  {
    lie: "an ack_delay that stands still",
    rule: "acknowledgement-delay",
    requirement: "P-9",
    play: (wire) => {
      wire.say("initiator", ping(1)).say("responder", { type: "PING", pn: 1, ack: 1, ackDelayUs: 50 });
      wire.wait(1_100).say("responder", { type: "PING", pn: 2, ack: 1, ackDelayUs: 50 });
    },
  },
  {
    lie: "acknowledges for ever what it has acknowledged",
    rule: "acknowledgement-provoked",
    requirement: "R-3",
    play: (wire) => {
      flood(wire, 1, 10);
      for (let pn = 1; pn <= 12; pn += 1)
        wire.say("responder", { type: "ACK", pn, ack: 10, bits: 0x1ff, delivered: 10_000 });
    },
  },
  {
    lie: "saves up what asked long ago",
    rule: "acknowledgement-provoked",
    requirement: "R-3",
    play: (wire) => {
      for (let pn = 1; pn <= 70; pn += 1) {
        wire.say("initiator", ping(pn));
        wire.say("responder", { type: "DATA", pn, ack: pn, bits: bitsBelow(pn), offset: pn, bytes: bytes(1) });
        wire.say("initiator", { type: "ACK", pn: pn + 100, ack: pn, bits: bitsBelow(pn) });
      }
      for (let pn = 71; pn <= 135; pn += 1) wire.say("responder", { type: "ACK", pn, ack: 170 });
    },
  },
  {
    lie: "delivered counts a packet above ack",
    rule: "delivered-named",
    requirement: "P-8",
    play: (wire) => {
      wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(10) });
      wire.say("initiator", { type: "DATA", pn: 2, offset: 10, bytes: bytes(10) });
      wire.say("responder", { type: "PING", pn: 1, ack: 1, delivered: 20 });
    },
  },
  {
    lie: "delivered counts a packet that the bitmap denies",
    rule: "delivered-named",
    requirement: "P-8",
    play: (wire) => {
      wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(10) });
      wire.say("initiator", ping(2));
      wire.say("responder", { type: "PING", pn: 1, ack: 2, delivered: 10 });
    },
  },
];

tryPacketLiars(
  LIARS,
  PACKET_RULES.filter(({ id }) => RULES(id)),
);
