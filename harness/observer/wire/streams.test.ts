/** The observer's reading of what streams carry against the vectors: mux frames, TCP records, services, test content. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MuxByteReader, type SeenFrame } from "./mux-stream-frames.ts";
import { ProbeContent, ProbeDigest } from "./probe-content.ts";
import {
  MessageBytes,
  readAnnouncement,
  readControl,
  readEchoCount,
  readGateTotal,
  readGateVerdict,
  readVerdict,
} from "./service-messages.ts";
import { readTcpRecord } from "./tcp-record.ts";
import { hex, vectorsOf } from "./vectors.fixture.ts";

interface MuxVector {
  readonly name: string;
  readonly fields: {
    readonly type: string;
    readonly stream_id: number;
    readonly priority?: number;
    readonly credit?: number;
    readonly name?: string;
    readonly payload?: string;
    readonly delta?: number;
    readonly code?: number;
    readonly token?: string;
  };
  readonly bytes: string;
}
interface BadFrames {
  readonly name: string;
  readonly requirement: string;
  readonly bytes: string;
  readonly verdict: { readonly label?: string };
}
const mux = vectorsOf<MuxVector, BadFrames>("mux");

/** What a reader sees of the frame alone. */
const OF_ONE_FRAME = /^RX-(11\d|12[0-2])$/;

function readAll(bytes: Uint8Array): { frames: SeenFrame[]; reader: MuxByteReader } {
  const frames: SeenFrame[] = [];
  const reader = new MuxByteReader((frame) => frames.push(frame));
  reader.push(bytes);
  return { frames, reader };
}

const comparable = (frame: SeenFrame) =>
  frame.type === "DATA" ? { ...frame, payload: Buffer.from(frame.payload).toString("hex") } : frame;

describe("mux frames", () => {
  test.each(mux.vectors)("$name", ({ bytes, fields }) => {
    const { frames, reader } = readAll(hex(bytes));
    expect(reader.rejected).toBeUndefined();
    expect(reader.isWithinFrame).toBe(false);
    const { stream_id: streamId, payload, token, ...rest } = fields;
    expect(frames).toEqual([
      {
        ...rest,
        streamId,
        ...(payload === undefined ? {} : { payload: hex(payload) }),
        ...(token === undefined ? {} : { token: hex(token).readBigUInt64LE() }),
      },
    ]);
  });

  test.each(mux.negative.filter(({ requirement }) => OF_ONE_FRAME.test(requirement)))(
    "$requirement: $name",
    ({ bytes, requirement, verdict }) => {
      const { reader } = readAll(hex(bytes));
      const rejected = verdict.label === undefined ? undefined : { requirement, label: verdict.label.slice(11) };
      expect(reader.rejected?.requirement).toBe(rejected?.requirement);
      expect(reader.rejected?.label).toBe(rejected?.label);
    },
  );

  test("frames may be cut anywhere", () => {
    const whole = hex(mux.vectors.map(({ bytes }) => bytes).join(""));
    const expected = readAll(whole).frames;
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        const frames: SeenFrame[] = [];
        const reader = new MuxByteReader((frame) => {
          const before = frames.at(-1);
          if (frame.type !== "DATA" || before?.type !== "DATA") return void frames.push(frame);
          frames[frames.length - 1] = { ...frame, payload: Buffer.concat([before.payload, frame.payload]) };
        });
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        for (const [index, edge] of edges.slice(1).entries()) reader.push(whole.subarray(edges[index], edge));
        expect(frames.map(comparable)).toEqual(expected.map(comparable));
      }),
    );
  });

  test("after a rejected frame nothing is read", () => {
    const { frames, reader } = readAll(hex("020900000100000000000000" + mux.vectors[0]!.bytes));
    expect(frames).toEqual([]);
    expect(reader.rejected?.label).toBe("malformed_frame");
  });
});

describe("records of TCP", () => {
  test.each([
    ["0068656c6c6f", { kind: "DATA", bytes: hex("68656c6c6f") }],
    ["01", { kind: "FIN" }],
    ["020600c3a9", { kind: "CLOSE", code: 6, reason: "é" }],
    ["03", { kind: "ACCEPT" }],
  ])("%s", (bytes, expected) => expect(readTcpRecord(hex(bytes)).value).toEqual(expected));

  test.each([
    ["", "RX-94"],
    ["00", "RX-96"],
    ["0161", "RX-96"],
    ["0361", "RX-96"],
    ["04", "RX-96"],
    ["0206", "RX-97"],
    ["020600ff", "RX-97"],
    [`020600${"61".repeat(256)}`, "RX-97"],
  ])("%s breaks %s", (bytes, requirement) => {
    expect(readTcpRecord(hex(bytes)).malformed?.requirement).toBe(requirement);
  });
});

interface ServiceVector {
  readonly name: string;
  readonly kind: "content" | "exchange";
  readonly seed: number;
  readonly length: number;
  readonly first_64: string;
  readonly sha256: string;
  readonly content_digest: string;
  readonly stream: string;
  readonly turns: readonly { readonly from: string; readonly bytes: string }[];
}
interface BadService {
  readonly name: string;
  readonly requirement: string;
  readonly stream: string;
  readonly bytes: string;
}
const services = vectorsOf<ServiceVector, BadService>("services");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const toHexText = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("test content", () => {
  test.each(services.vectors.filter(({ kind }) => kind === "content"))("$name", (vector) => {
    const whole = new ProbeContent(vector.seed).part(0, vector.length);
    expect(toHexText(whole.subarray(0, 64))).toBe(vector.first_64);
    expect(sha256(whole)).toBe(vector.sha256);
    const digest = new ProbeDigest();
    for (let at = 0; at < whole.length; at += 1_000) digest.add(whole.subarray(at, at + 1_000));
    expect(toHexText(digest.finish())).toBe(vector.content_digest);
  });

  test("any part matches where it stands, and no other byte does", () => {
    const content = new ProbeContent(42);
    fc.assert(
      fc.property(fc.nat(40_000), fc.integer({ min: 1, max: 9_000 }), fc.nat(), (offset, length, flip) => {
        const part = content.part(offset, length);
        expect(content.matches(offset, part)).toBe(true);
        part[flip % length]! ^= 1;
        expect(content.matches(offset, part)).toBe(false);
      }),
    );
  });
});

function messagesOf(bytes: string): { messages: Uint8Array[]; rest: MessageBytes } {
  const rest = new MessageBytes();
  rest.push(hex(bytes));
  const messages: Uint8Array[] = [];
  for (let message = rest.takeMessage(); message !== undefined; message = rest.takeMessage()) messages.push(message);
  return { messages, rest };
}

describe("messages of the services", () => {
  const exchange = (stream: string): ServiceVector => services.vectors.find((vector) => vector.stream === stream)!;

  test("control: indexes and digests are those of the exchange", () => {
    let before = new Uint8Array(32);
    let index = 0;
    for (const { from, bytes } of exchange("control").turns) {
      if (from === "client") index += 1;
      const [message] = messagesOf(bytes).messages;
      const control = readControl(message!).value!;
      expect(control.index).toBe(index);
      expect(Buffer.from(control.digest)).toEqual(Buffer.from(before));
      before = createHash("sha256").update(message!).digest();
    }
    expect(index).toBe(3);
  });

  test("bulk: announcement, content, digest and verdicts", () => {
    const [sent, answered, judged] = exchange("bulk/42").turns;
    const reader = new MessageBytes();
    reader.push(hex(sent!.bytes));
    const { seed, length } = readAnnouncement(reader.takeMessage()!).value!;
    const content = reader.takeBytes(length);
    expect(new ProbeContent(seed).matches(0, content)).toBe(true);
    const digest = new ProbeDigest();
    digest.add(content);
    expect(Buffer.from(reader.takeMessage()!)).toEqual(Buffer.from(digest.finish()));
    expect(reader.waitingBytes).toBe(0);
    for (const turn of [answered, judged]) {
      expect(readVerdict(messagesOf(turn!.bytes).messages[0]!).value?.isOk).toBe(true);
    }
  });

  test("gate: what was asked is what is answered", () => {
    const [asked, answered] = exchange("gate/k").turns;
    const total = readGateTotal(messagesOf(asked!.bytes).messages[0]!).value!;
    const verdict = readGateVerdict(messagesOf(answered!.bytes).messages[0]!).value!;
    expect(verdict).toEqual({ isOk: true, ...total });
  });

  test("a message may come in parts", () => {
    const { bytes } = exchange("control").turns[0]!;
    const reader = new MessageBytes();
    for (const byte of hex(bytes)) {
      expect(reader.takeMessage()).toBeUndefined();
      reader.push(Uint8Array.of(byte));
    }
    expect(reader.takeMessage()).toEqual(hex(bytes).subarray(4));
  });

  const FORMS: Readonly<Record<string, (message: Uint8Array) => { malformed?: { requirement: string } | undefined }>> =
    {
      "control: shorter than its header": readControl,
      "control: a payload of 16,385 bytes": readControl,
      "bulk: an announcement of 11 bytes": readAnnouncement,
      "bulk: more than 4 GiB": readAnnouncement,
      "mirror: count 0": readEchoCount,
      "mirror: count 65": readEchoCount,
    };
  test.each(services.negative.filter(({ name }) => name in FORMS))(
    "$requirement: $name",
    ({ name, bytes, requirement }) => {
      const malformed = FORMS[name]!(messagesOf(bytes).messages[0]!).malformed;
      // V-7 is what the server does about it.
      expect(malformed?.requirement).toBe(requirement === "V-7" ? "V-6" : requirement);
    },
  );

  test("V-5: a message above 1 MiB", () => {
    const { messages, rest } = messagesOf("01001000");
    expect(messages).toEqual([]);
    expect(rest.tooLong?.requirement).toBe("V-5");
  });
});
