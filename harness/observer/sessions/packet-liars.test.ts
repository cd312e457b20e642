/** Each rule about packets has a liar for which it speaks, and no other does. */
import { describe, expect, test } from "vitest";
import { PACKET_RULES } from "../rules/packet-rules.ts";
import { playedPacket, PlayedWire, WINDOW } from "./played-session.fixture.ts";

interface Liar {
  readonly lie: string;
  readonly rule: string;
  readonly requirement: string;
  readonly play: (wire: PlayedWire) => void;
}

const bytes = (size: number, value = 7): Uint8Array => new Uint8Array(size).fill(value);
const ping = (pn: number) => ({ type: "PING", pn }) as const;

/** `count` packets of data of the initiator's, lost or not. */
function flood(wire: PlayedWire, from: number, to: number, lost: readonly number[] = []): void {
  for (let pn = from; pn <= to; pn += 1) {
    const fields = { type: "DATA", pn, offset: (pn - 1) * 1_000, bytes: bytes(1_000) } as const;
    if (lost.includes(pn)) wire.lose("initiator", fields);
    else wire.say("initiator", fields);
  }
}

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
      wire.say("responder", { type: "PING", pn: 1, delivered: 10 });
      wire.say("responder", { type: "PING", pn: 2, delivered: 9, window: WINDOW + 1 });
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
      for (let pn = 11; pn <= 76; pn += 1) wire.say("initiator", { type: "PING", pn, ack: 1 });
    },
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

describe("liars", () => {
  test.each(LIARS)("$rule, $requirement: $lie", ({ rule, requirement, play }) => {
    const wire = PlayedWire.with();
    play(wire);
    const findings = wire.end().flatMap((report) => report.findings);
    expect([...new Set(findings.map((finding) => finding.rule))]).toEqual([rule]);
    expect(findings[0]?.requirement).toBe(requirement);
  });

  test.each(LIARS)("without $rule nobody notices: $lie", ({ rule, play }) => {
    const wire = PlayedWire.with({}, { packets: PACKET_RULES.filter(({ id }) => id !== rule) });
    play(wire);
    expect(wire.end().flatMap(({ findings }) => findings)).toEqual([]);
  });

  test("every rule has one", () => {
    expect(PACKET_RULES.map(({ id }) => id).filter((id) => !LIARS.some(({ rule }) => rule === id))).toEqual([]);
  });
});
