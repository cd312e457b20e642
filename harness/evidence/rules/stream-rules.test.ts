/** The rules that read the opened stream, on small conversations. */
import { expect, test } from "vitest";
import { contentDigest, ProbeContent } from "../../observer/wire/probe-content.ts";
import { readMuxFrames } from "../scene/decode/mux-frames.ts";
import { muxStreams } from "../scene/mux-conversation.ts";
import {
  BULK_BYTES,
  contradictions,
  finding,
  judgeRecorded,
  onHub,
  udpFrames,
  udpRun,
  type DataPacket,
  type Recorded,
} from "../recorded-run.fixture.ts";
import { u32le, u64le } from "../capture-writer.fixture.ts";

const [OPEN, OPEN_ACK, DATA, WINDOW_UPDATE, CLOSE] = [1, 2, 3, 4, 8];

function frame(type: number | undefined, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([2, type ?? 0, 0, 0]), u32le(stream), u32le(payload.length), payload]);
}
const open = (stream: number, name: string, credit = 65_536): Buffer =>
  frame(OPEN, stream, Buffer.concat([u32le(credit), Buffer.from(name)]));
const credit = (type: number | undefined, stream: number, bytes: number): Buffer => frame(type, stream, u32le(bytes));
const message = (bytes: Buffer): Buffer => Buffer.concat([u32le(bytes.length), bytes]);

interface Bulk {
  readonly seed: number;
  content: Buffer;
  digest: Buffer;
  verdict: Buffer;
}

function bulk(seed: number): Bulk {
  const content = Buffer.from(new ProbeContent(seed).part(0, BULK_BYTES));
  const digest = Buffer.from(contentDigest(content));
  return { seed, content, digest, verdict: Buffer.concat([Buffer.of(1), digest]) };
}

const transfer = ({ seed, content, digest }: Bulk): Buffer =>
  Buffer.concat([message(Buffer.concat([u32le(seed), u64le(content.length)])), content, message(digest)]);

interface Talk {
  there: Bulk;
  back: Bulk;
  sinkCredit: number;
  sinkBefore: number;
  sinkAfter: number;
}

function conversation(change: (talk: Talk) => void = () => undefined): Recorded {
  const talk: Talk = { there: bulk(5), back: bulk(6), sinkCredit: 700, sinkBefore: 700, sinkAfter: 50 };
  change(talk);
  const up = Buffer.concat([
    open(1, "bulk/5"),
    frame(DATA, 1, Buffer.concat([transfer(talk.there), message(talk.back.verdict)])),
    frame(CLOSE, 1),
    open(3, "sink/k"),
    frame(DATA, 3, Buffer.alloc(talk.sinkBefore)),
    open(5, "gate/k"),
    frame(DATA, 3, Buffer.alloc(talk.sinkAfter)),
  ]);
  const down = Buffer.concat([
    credit(OPEN_ACK, 1, 65_536),
    frame(DATA, 1, Buffer.concat([message(talk.there.verdict), transfer(talk.back)])),
    credit(OPEN_ACK, 3, talk.sinkCredit),
    credit(OPEN_ACK, 5, 65_536),
    credit(WINDOW_UPDATE, 3, 50),
  ]);
  const run = udpRun();
  run.up.splice(0, run.up.length, ...pieces(up, down.length));
  run.down.splice(0, run.down.length, ...pieces(down, up.length));
  const markers = ["bulk-ok", "backpressure-ok"];
  return { ...onHub(udpFrames(run).map(({ bytes }) => bytes)), markers, keyLog: true, talksMux: true };
}

function pieces(stream: Buffer, delivered: number): DataPacket[] {
  return Array.from({ length: Math.ceil(stream.length / 1000) }, (_, index) => ({
    pn: index + 1,
    offset: index * 1000,
    delivered,
    bytes: stream.subarray(index * 1000, index * 1000 + 1000),
  }));
}

test("an honest conversation confirms all of them", async () => {
  const findings = await judgeRecorded(conversation());
  expect(contradictions(findings)).toEqual([]);
  expect(finding(findings, "bulk-content")?.finding).toBe("confirmed");
});

test.each<[string, (talk: Talk) => void, RegExp]>([
  [
    "one bit of the content",
    ({ there }) => there.content.writeUInt8(0x80 ^ there.content.readUInt8(5_000), 5_000),
    /5000/,
  ],
  ["other content back", (talk) => (talk.back = { ...talk.back, content: bulk(9).content }), /differs at byte/],
  ["a wrong digest", (talk) => (talk.there = { ...talk.there, digest: Buffer.alloc(32) }), /digest that was sent/],
  ["a bad verdict", ({ there }) => there.verdict.writeUInt8(0, 0), /did not say that it holds/],
  ["a shorter transfer", ({ there }) => (there.content = there.content.subarray(0, -1)), /7999 bytes instead of 8000/],
])("bulk-content: %s", async (_, change, saw) => {
  const found = finding(await judgeRecorded(conversation(change)), "bulk-content");
  expect(found).toMatchObject({ finding: "contradicted" });
  expect(found?.saw).toMatch(saw);
});

test("bulk-content: a marker without a transfer", async () => {
  const talk = conversation();
  const twice = await judgeRecorded({ ...talk, markers: ["bulk-ok", "bulk-ok"] });
  expect(finding(twice, "bulk-content")).toMatchObject({ finding: "contradicted" });
});

test("frames are read up to what is none", () => {
  const whole = Buffer.concat([open(1, "a/b"), frame(DATA, 1, Buffer.alloc(9))]);
  for (let length = 0; length <= whole.length; length++) {
    expect(readMuxFrames(whole.subarray(0, length)).frames.every(({ end }) => end <= length)).toBe(true);
  }
  expect(readMuxFrames(Buffer.concat([whole, Buffer.alloc(12, 9)]))).toMatchObject({ isBroken: true });
  const [talk] = muxStreams({ id: "x", up: whole, down: credit(OPEN_ACK, 1, 77) });
  expect(talk).toMatchObject({ name: "a/b", openedUp: true });
  expect(talk?.toAcceptor.content.length).toBe(9);
});

test("ephemeral-keys-fresh: a key in both directions, and in a second session", async () => {
  const run = udpRun();
  const [first, second] = run.handshake;
  const stolen = Buffer.concat([second.subarray(0, 26), first.subarray(26, 58), second.subarray(58)]);
  run.handshake = [first, stolen, run.handshake[2]];
  const findings = await judgeRecorded(onHub(udpFrames(run).map(({ bytes }) => bytes)));
  expect(finding(findings, "ephemeral-keys-fresh")).toMatchObject({ finding: "contradicted" });
  const honest = await judgeRecorded(onHub(udpFrames(udpRun()).map(({ bytes }) => bytes)));
  expect(finding(honest, "ephemeral-keys-fresh")).toMatchObject({
    finding: "confirmed",
    saw: "2 ephemeral keys, each in one handshake message",
  });
});
