/** The observer's reading of packets against the vectors: every field of the good ones, and the rule that each bad one breaks. */
import { describe, expect, test } from "vitest";
import { coveredFrom, readNamed } from "./acknowledgement.ts";
import { readPacketContent } from "./packet-content.ts";
import { readPacketFields } from "./packet-fields.ts";
import { hex, openWith, vectorsOf } from "./vectors.fixture.ts";

interface Keys {
  readonly initiator_key: string;
  readonly responder_key: string;
}
interface PacketVector {
  readonly name: string;
  readonly from: "initiator" | "responder";
  readonly type: string;
  readonly pn: number;
  readonly ack: number;
  readonly ack_bits: number;
  readonly delivered: number;
  readonly window: number;
  readonly ack_delay_us: number;
  readonly fin: boolean;
  readonly offset?: number;
  readonly data?: string;
  readonly ranges?: readonly (readonly [number, number])[];
  readonly code?: number;
  readonly reason?: string;
  readonly plaintext: string;
  readonly datagram: string;
}
interface BadPackets {
  readonly name: string;
  readonly requirement: string;
  readonly datagrams: readonly string[];
  readonly verdict: { readonly drop?: string; readonly close?: number };
}
interface AcknowledgementVector {
  readonly name: string;
  readonly kind?: string;
  readonly requirement?: string;
  readonly ack: number;
  readonly ack_bits: number;
  readonly ranges: readonly (readonly [number, number])[];
  readonly named: readonly (readonly [number, number])[];
  readonly covered_from: number;
}

const keys = vectorsOf<Keys, never>("udp-handshake").vectors[0]!;
const packets = vectorsOf<PacketVector, BadPackets>("udp-packets");
const acknowledgements = vectorsOf<AcknowledgementVector, AcknowledgementVector>("acknowledgements");

/** What a reader sees of the datagram alone; the other rules are about what came before it. */
const OF_ONE_DATAGRAM = /^RX-([2-9]|54|6\d|73)$/;

/** @returns the rule that the datagram breaks by itself */
function ruleBroken(datagram: Uint8Array, key: Uint8Array): string | undefined {
  const fields = readPacketFields(datagram);
  if (fields.malformed !== undefined) return fields.malformed.requirement;
  const plaintext = openWith(key, datagram);
  if (plaintext === undefined || fields.value === undefined) return undefined;
  return readPacketContent(fields.value, plaintext).malformed?.requirement;
}

describe("packets", () => {
  test.each(packets.vectors)("$name", (vector) => {
    const datagram = hex(vector.datagram);
    const plaintext = openWith(hex(vector.from === "initiator" ? keys.initiator_key : keys.responder_key), datagram);
    expect(plaintext).toEqual(hex(vector.plaintext));
    const fields = readPacketFields(datagram).value!;
    expect(fields).toMatchObject({ name: vector.type, pn: vector.pn, fin: vector.fin });
    const content = readPacketContent(fields, plaintext!).value!;
    expect(content).toMatchObject({
      ack: vector.ack,
      ackBits: vector.ack_bits,
      delivered: vector.delivered,
      window: vector.window,
      ackDelayUs: vector.ack_delay_us,
    });
    const { body } = content;
    if (body.kind === "DATA") {
      expect({ ...body, bytes: Buffer.from(body.bytes).toString("hex") }).toEqual({
        kind: "DATA",
        offset: vector.offset,
        bytes: vector.data,
        fin: vector.fin,
      });
    }
    if (body.kind === "ACK") expect(body.ranges.map(({ first, last }) => [first, last])).toEqual(vector.ranges);
    if (body.kind === "CLOSE") {
      expect(body).toEqual({ kind: "CLOSE", code: vector.code, reason: hex(vector.reason!).toString("utf8") });
    }
  });

  const ofOneDatagram = packets.negative.filter(({ requirement }) => OF_ONE_DATAGRAM.test(requirement));
  test("there are such vectors", () => expect(ofOneDatagram.length).toBeGreaterThan(35));
  test.each(ofOneDatagram)("$requirement: $name", ({ requirement, datagrams }) => {
    expect(ruleBroken(hex(datagrams.at(-1)!), hex(keys.initiator_key))).toBe(requirement);
  });

  const others = packets.negative.filter(({ requirement }) => !OF_ONE_DATAGRAM.test(requirement));
  test.each(others)("by itself nothing is wrong with: $name", ({ datagrams }) => {
    for (const datagram of datagrams) expect(ruleBroken(hex(datagram), hex(keys.initiator_key))).toBeUndefined();
  });

  test("a datagram above 1200 bytes", () => {
    expect(readPacketFields(new Uint8Array(1201)).malformed?.requirement).toBe("RX-1");
  });
});

const runs = (pairs: readonly (readonly [number, number])[]) => pairs.map(([first, last]) => ({ first, last }));

describe("acknowledgements", () => {
  const reads = acknowledgements.vectors.filter(({ kind }) => kind === "read");
  test.each(reads)("$name", ({ ack, ack_bits, ranges, named, covered_from }) => {
    const acknowledgement = { ack, bits: ack_bits, ranges: runs(ranges) };
    expect(readNamed(acknowledgement).value).toEqual(runs(named));
    expect(coveredFrom(acknowledgement)).toBe(covered_from);
  });

  test.each(acknowledgements.negative)("$requirement: $name", ({ ack, ack_bits, ranges, requirement }) => {
    const { malformed } = readNamed({ ack, bits: ack_bits, ranges: runs(ranges) });
    // P-14 is the rule, RX-68 and RX-69 its rows.
    expect(malformed?.requirement).toBe(requirement === "P-14" ? "RX-68" : requirement);
  });
});
