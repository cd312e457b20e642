import { readFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { describe, expect, test } from "vitest";
import { deviceOf } from "../../../scripts/vectors/maker/device.ts";
import { flipped, hex, join } from "../crypto/bytes.ts";
import { deviceOfSeed } from "../crypto/device.ts";
import { recordPlaintext, sealedRecord } from "../wire/made-record.ts";
import type { TcpContent } from "../wire/frame.ts";
import type { PlannedDevice } from "./handshake-context.ts";
import { INITIATOR, ObservedRun, type Party, planned, RESPONDER, secretsOf } from "./observed-run.fixture.ts";
import { TcpConnections } from "./tcp-connections.ts";
import { TcpStream } from "./tcp-stream.ts";

interface TcpVector extends Readonly<Record<"message_1" | "message_2" | "message_3" | "handshake_hash", string>> {
  readonly initiator: { readonly seed: string; readonly ephemeral_secret: string };
  readonly responder: { readonly seed: string; readonly ephemeral_secret: string };
  readonly initiator_records: string;
  readonly responder_records: string;
}

interface TcpNegative {
  readonly name: string;
  readonly receiver: "initiator" | "responder";
  readonly bytes: string;
}

const file = joinPath(import.meta.dirname, "../../../fixtures/vectors/tcp.json");
const { vectors, negative } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly vectors: readonly TcpVector[];
  readonly negative: readonly TcpNegative[];
};
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const vector = vectors[0]!;
const party = ({ seed, ephemeral_secret }: TcpVector["initiator"]): Party => ({
  device: deviceOfSeed(bytes(seed)),
  ephemeral: bytes(ephemeral_secret),
});
const [initiator, responder] = [party(vector.initiator), party(vector.responder)];
const PLAN = planned(initiator.device, responder.device);
const [message1, message2, message3] = [vector.message_1, vector.message_2, vector.message_3].map(bytes) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

type Who = "initiator" | "responder";

class TcpRun {
  readonly run: ObservedRun;
  readonly records: string[] = [];
  readonly ends: string[] = [];
  readonly #connections: TcpConnections;
  readonly #next: Record<Who, number> = { initiator: 0xffff_fff0, responder: 5 };
  #number = 0;

  constructor(told: readonly Party[] = [initiator, responder], plan: readonly PlannedDevice[] = PLAN) {
    const peers = [responder.device];
    this.run = new ObservedRun(secretsOf(told, peers), plan);
    this.#connections = new TcpConnections(this.run.context, {
      record: (_, { sender, place, plaintext }) => void this.records.push(`${sender} ${place} ${hex(plaintext)}`),
      ended: (_, sender, place, partial) => void this.ends.push(`${sender} ${place} ${partial}`),
    });
  }

  open(): this {
    this.#segment("initiator", { syn: true }, new Uint8Array());
    return this.#segment("responder", { syn: true, ack: true }, new Uint8Array());
  }

  send(who: Who, data: Uint8Array, flags: Partial<TcpContent> = {}): this {
    return this.#segment(who, flags, data);
  }

  /** At another place of the stream than the next. */
  sendAt(who: Who, back: number, data: Uint8Array): this {
    const next = this.#next[who];
    this.#next[who] = next - back;
    this.#segment(who, {}, data);
    this.#next[who] = next;
    return this;
  }

  #segment(who: Who, flags: Partial<TcpContent>, data: Uint8Array): this {
    this.#number += 1;
    const [from, to] = who === "initiator" ? [INITIATOR, RESPONDER] : [RESPONDER, INITIATOR];
    const sequence = this.#next[who] >>> 0;
    const segment: TcpContent = {
      ...{ kind: "tcp", from, to, checksum: "good", sequence, payload: Buffer.from(data), payloadBytes: data.length },
      ...{ syn: false, ack: true, fin: false, rst: false, ...(flags.syn === true ? { ack: flags.ack ?? false } : {}) },
      ...flags,
    };
    this.#next[who] += data.length + (segment.syn ? 1 : 0);
    const at = { file: "x.pcap", number: this.#number, atUs: this.#number * 1_000, isTapped: true, segment };
    for (const place of ["sent", "delivered"] as const) this.#connections.take({ ...at, place });
    return this;
  }
}

const handshake = (run: TcpRun): TcpRun =>
  run.open().send("initiator", message1).send("responder", message2).send("initiator", message3);

describe("a whole connection", () => {
  test.each([
    ["the initiator's secrets", [initiator]],
    ["the responder's", [responder]],
    ["both", [initiator, responder]],
  ])("by %s", (_, told) => {
    const tcp = handshake(new TcpRun(told)).send("responder", bytes(vector.responder_records));
    tcp.send("initiator", bytes(vector.initiator_records)).send("initiator", new Uint8Array(), { fin: true });
    expect(tcp.run.findings).toEqual([]);
    // Once as each end's tap saw it.
    expect(tcp.run.opened).toHaveLength(2);
    expect(tcp.run.opened[0]).toMatchObject({
      transport: "tcp",
      handshakeHash: vector.handshake_hash,
      initiator: { socket: INITIATOR, deviceId: initiator.device.deviceId, tapped: true },
      responder: { socket: RESPONDER, deviceId: responder.device.deviceId, tapped: true },
      refusal: undefined,
    });
    const text = (words: string): string => `00${Buffer.from(words).toString("hex")}`;
    for (const place of ["sent", "delivered"]) {
      expect(tcp.records.filter((record) => record.includes(` ${place} `))).toEqual([
        ...["03", text("world"), "01"].map((plaintext) => `responder ${place} ${plaintext}`),
        ...[text("hello"), "01"].map((plaintext) => `initiator ${place} ${plaintext}`),
      ]);
    }
    expect(tcp.ends).toEqual(["initiator sent 0", "initiator delivered 0"]);
  });

  test("cut into single bytes, out of order and sent again", () => {
    const tcp = new TcpRun().open();
    for (const byte of message1) tcp.send("initiator", Uint8Array.of(byte));
    tcp.send("responder", message2.subarray(0, 100)).send("responder", message2.subarray(100));
    tcp.sendAt("responder", 60, message2.subarray(-60)).send("initiator", message3);
    expect(tcp.run.findings).toEqual([]);
    expect(tcp.run.opened).toHaveLength(2);
  });
});

// Requirement: T-2
test("bytes that come again and differ", () => {
  const tcp = handshake(new TcpRun());
  tcp.sendAt("initiator", 10, flipped(message3.subarray(-10), 3));
  expect(tcp.run.rules).toEqual(["tcp-overlap initiator"]);
});

test("connections of others are left alone", () => {
  const tcp = new TcpRun()
    .open()
    .send("initiator", Buffer.from("GET / HTTP/1.1\r\n"))
    .send("responder", Buffer.from("HTTP"));
  const alike = new TcpRun([]).open().send("initiator", flipped(message1, 20));
  expect([tcp.run.findings, tcp.run.unjudged, alike.run.findings]).toEqual([[], [], []]);
  expect(alike.run.unjudged[0]).toMatch(/opens for nobody known/);
});

test("without its first segment a connection is not read", () => {
  const tcp = new TcpRun().send("initiator", message1).send("responder", message2);
  expect([tcp.run.opened, tcp.run.findings]).toEqual([[], []]);
});

/** What speaks when the peer of the receiver really sends it; where nothing does, others judge the records' content. */
const SPEAKS: Readonly<Record<string, string>> = {
  "to the responder: message 1 flipped": "message-1-opens",
  "to the responder: message 1 with the prologue of udp-sec": "message-1-opens",
  "to the responder: len 159 of message 3": "tcp-lengths",
  "to the responder: message 3 flipped": "message-3-opens",
  "to the responder: a proof of the wrong side": "proof",
  "to the responder: a proof flipped": "proof",
  "to the initiator: len 143 of message 2": "tcp-lengths",
  "to the initiator: message 2 flipped": "message-2-opens",
  "to the initiator: a proof of the wrong side": "proof",
  "to the initiator: the proof of another device": "device",
  "to the responder: len 16 of a record": "tcp-record",
  "to the responder: len 0 of a record": "tcp-record",
  "to the responder: a record flipped": "tcp-record",
  "to the responder: the second record first": "tcp-record",
  "to the initiator: len 16 in ACCEPT's place": "tcp-record",
};

// Requirements: H-1, I-5, I-10, RX-95, T-7
test.each(negative.map((one) => [one.name, one] as const))("%s", (name, { receiver, bytes: text }) => {
  const stranger = deviceOf("tcp/stranger");
  const tcp = new TcpRun([initiator, responder, { device: stranger, ephemeral: stranger.seed }]).open();
  const data = bytes(text);
  if (receiver === "responder") {
    tcp.send("initiator", data.subarray(0, 50));
    tcp.send("responder", message2).send("initiator", data.subarray(50));
  } else {
    tcp.send("initiator", message1).send("responder", data.subarray(0, 146)).send("initiator", message3);
    tcp.send("responder", data.subarray(146));
  }
  const rules = tcp.run.findings.map(({ rule }) => rule);
  const expected = SPEAKS[name];
  if (expected === undefined) expect(rules).toEqual([]);
  else expect(rules).toContain(expected);
});

describe("an initiator that is to be refused", () => {
  /** Whom the plan doesn't name, by the vectors' own handshake. */
  const refused = (): { readonly tcp: TcpRun; readonly key: Uint8Array } => {
    const tcp = handshake(new TcpRun([initiator, responder], planned(responder.device)));
    return { tcp, key: tcp.run.opened[0]!.responderKey };
  };
  const closeAuth = recordPlaintext("CLOSE", Uint8Array.of(3, 0));

  // Requirements: T-11, RX-93
  test.each([
    ["CLOSE AUTH", [closeAuth], []],
    ["ACCEPT", [recordPlaintext("ACCEPT")], ["refused-message-3 responder"]],
    ["CLOSE AUTH with a reason", [join(closeAuth, Uint8Array.of(65))], ["refused-message-3 responder"]],
    ["CLOSE BUSY", [recordPlaintext("CLOSE", Uint8Array.of(7, 0))], ["refused-message-3 responder"]],
    ["more after it", [closeAuth, closeAuth], ["refused-message-3 responder"]],
  ])("hears %s", (_, records, rules) => {
    const { tcp, key } = refused();
    expect(tcp.run.opened[0]?.refusal).toBe("device");
    records.forEach((plaintext, counter) => tcp.send("responder", sealedRecord(key, counter, plaintext)));
    expect(tcp.run.rules).toEqual(rules);
    expect(tcp.run.findings.map(({ socket }) => socket)).toEqual(rules.map(() => RESPONDER));
  });
});

test("of what follows a record that is broken nobody says that it isn't whole", () => {
  const tcp = handshake(new TcpRun()).send("initiator", Uint8Array.of(16, 0, 1));
  tcp.send("initiator", new Uint8Array(), { fin: true });
  expect(tcp.run.rules).toEqual(["tcp-record initiator"]);
  expect(tcp.ends).toEqual(["initiator sent 0", "initiator delivered 0"]);
});

test("a stream that is never whole gives up within its bound", () => {
  const stream = new TcpStream(0);
  const piece = { file: "x", number: 1, atUs: 0, bytes: new Uint8Array(1 << 20) };
  let isLost = false;
  for (let index = 0; index < 9 && !isLost; index += 1) isLost = stream.add(1 + index * (1 << 20), piece).isLost;
  expect(isLost).toBe(true);
  expect(stream.add(0, { ...piece, bytes: join(Uint8Array.of(1)) }).pieces).toEqual([]);
});
