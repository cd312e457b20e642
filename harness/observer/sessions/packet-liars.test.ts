/** Each other rule about packets has a liar for which it speaks, and no other does. */
import { PACKET_RULES } from "../rules/packet-rules.ts";
import { bitsBelow, bytes, flood, ping, tryPacketLiars, type Liar } from "./packet-liars.fixture.ts";
import { playedPacket, WINDOW } from "./played-session.fixture.ts";

const RULES = (id: string): boolean => !/^(acknowledge|delivered|probes|idle|path|closing|accusation)/.test(id);

const LIARS: readonly Liar[] = [
  {
    lie: "a PING with a byte behind it",
    rule: "packet-form",
    requirement: "RX-64",
    play: (wire) => {
      const { plaintext } = playedPacket(ping(1));
      const longer = Buffer.concat([plaintext, bytes(1)]);
      const { datagram } = playedPacket(ping(1));
      const header = Buffer.from(datagram.subarray(0, 26));
      header.writeUInt16LE(longer.length + 16, 24);
      wire.leave("initiator", 1, { datagram: Buffer.concat([header, longer, bytes(16)]), plaintext: longer });
    },
  },
  {
    lie: "1201 bytes",
    rule: "packet-form",
    requirement: "B-2",
    play: (wire) => wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(1_135) }),
  },
  {
    lie: "sealed with another key",
    rule: "packet-opens",
    requirement: "P-2",
    play: (wire) => wire.unopened("initiator", "sent", 1, playedPacket(ping(1)).datagram),
  },
  {
    lie: "two packets under one pn",
    rule: "packet-number",
    requirement: "P-4",
    play: (wire) => wire.say("initiator", ping(1)).say("initiator", { type: "DATA", pn: 1, bytes: bytes(1) }),
  },
  {
    lie: "the same datagram leaves twice",
    rule: "packet-number",
    requirement: "P-4",
    play: (wire) => wire.say("initiator", ping(1)).say("initiator", ping(1)),
  },
  {
    lie: "a pn above 2^31",
    rule: "packet-number",
    requirement: "P-23",
    play: (wire) => wire.say("initiator", ping(2 ** 31 + 1)),
  },
  {
    lie: "a byte past the credit",
    rule: "credit-kept",
    requirement: "F-4",
    play: (wire) => wire.say("initiator", { type: "DATA", pn: 1, offset: WINDOW - 1, bytes: bytes(2) }),
  },
  {
    lie: "uses credit that was lost on its way",
    rule: "credit-kept",
    requirement: "F-4",
    play: (wire) => {
      wire.lose("responder", { type: "PING", pn: 1, window: 2 * WINDOW });
      wire.say("initiator", { type: "DATA", pn: 1, offset: WINDOW, bytes: bytes(1) });
    },
  },
  {
    lie: "begins with less than it declared",
    rule: "credit-granted",
    requirement: "F-2",
    play: (wire) => wire.say("initiator", { type: "PING", pn: 1, window: WINDOW - 1 }),
  },
  {
    lie: "takes credit back",
    rule: "credit-granted",
    requirement: "F-3",
    play: (wire) => {
      wire.say("initiator", { type: "PING", pn: 1, window: 2 * WINDOW });
      wire.say("initiator", { type: "PING", pn: 2, window: 2 * WINDOW - 1 });
    },
  },
  {
    lie: "sends other bytes the second time",
    rule: "stream-content",
    requirement: "F-14",
    play: (wire) => {
      wire.lose("initiator", { type: "DATA", pn: 1, bytes: bytes(10) });
      wire.say("initiator", { type: "DATA", pn: 2, offset: 9, bytes: bytes(5, 8) });
    },
  },
  {
    lie: "another final size",
    rule: "final-size",
    requirement: "F-10",
    play: (wire) => {
      wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(10), fin: true });
      wire.say("initiator", { type: "DATA", pn: 2, bytes: bytes(9), fin: true });
    },
  },
  {
    lie: "bytes past the final size",
    rule: "final-size",
    requirement: "F-10",
    play: (wire) => {
      wire.say("initiator", { type: "DATA", pn: 1, bytes: bytes(10), fin: true });
      wire.say("initiator", { type: "DATA", pn: 2, offset: 10, bytes: bytes(1) });
    },
  },
  {
    lie: "FIN before its bytes",
    rule: "final-size",
    requirement: "F-12",
    play: (wire) => wire.say("initiator", { type: "DATA", pn: 1, offset: 10, fin: true }),
  },
  {
    lie: "more than the initial window",
    rule: "flight",
    requirement: "C-1",
    play: (wire) => {
      flood(wire, 1, 13, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    },
  },
  {
    lie: "goes on as if nothing had been lost",
    rule: "flight",
    requirement: "C-1",
    play: (wire) => {
      flood(wire, 1, 10, [1]);
      wire.say("responder", { type: "ACK", pn: 1, ack: 10, bits: 0xff });
      // It names that acknowledgement, so it knows of the loss; its window is about 11,000 bytes now.
      const state = { ack: 1, type: "DATA", bytes: bytes(100) } as const;
      wire.lose("initiator", { ...state, pn: 11, offset: 0, bytes: bytes(1_000) });
      for (let pn = 12; pn <= 150; pn += 1) wire.lose("initiator", { ...state, pn, offset: 10_000 + (pn % 50) * 100 });
    },
  },
  {
    lie: "never sends again what was lost",
    rule: "retransmission",
    requirement: "R-22",
    play: (wire) => {
      flood(wire, 1, 10, [1]);
      wire.say("responder", { type: "ACK", pn: 1, ack: 10, bits: 0xff });
      for (let pn = 11; pn <= 76; pn += 1) {
        wire.say("initiator", { type: "PING", pn, ack: pn - 10, bits: bitsBelow(pn - 10) });
        wire.say("responder", {
          type: "ACK",
          pn: pn - 9,
          ack: pn,
          bits: bitsBelow(pn) - (pn <= 33 ? 2 ** (pn - 2) : 0),
        });
      }
    },
  },
  {
    lie: "the same CLOSE leaves again and again",
    rule: "packet-number",
    requirement: "P-4",
    play: (wire) => wire.say("initiator", { type: "CLOSE", pn: 1 }).say("initiator", { type: "CLOSE", pn: 1 }),
  },
];

tryPacketLiars(
  LIARS,
  PACKET_RULES.filter(({ id }) => RULES(id)),
);
