import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  arp,
  block,
  HOST_A,
  HOST_B,
  pcapFile,
  pcapngFile,
  u16le,
  u32le,
  u64le,
} from "../evidence/capture-writer.fixture.ts";
import type { CaptureItem } from "./capture-item.ts";
import { type CaptureProblem, streamCapture } from "./capture-stream.ts";
import { enhancedPacket, interfaceDescription, journalEntry, sectionHeader } from "./pcapng-blocks.ts";
import { PcapngParser } from "./pcapng.ts";
import { PcapParser } from "./pcap.ts";

const FRAME = arp(HOST_A, HOST_B);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "capture-stream-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function streamed(bytes: Buffer): Promise<(CaptureItem | CaptureProblem)[]> {
  const path = join(folder, "capture");
  await writeFile(path, bytes);
  const items: (CaptureItem | CaptureProblem)[] = [];
  for await (const item of streamCapture(path)) items.push(item);
  return items;
}

const option = (code: number, value: Buffer): Buffer => Buffer.concat([u16le(code), u16le(value.length), value]);

test.each([
  ["pcap", pcapFile([{ bytes: FRAME }, { bytes: FRAME }]), () => new PcapParser()],
  ["pcapng", pcapngFile([{ name: "a.0", frames: [{ bytes: FRAME }, { bytes: FRAME }] }]), () => new PcapngParser()],
])("%s in pieces of any size is the same", (_, file, parser) => {
  const whole = parser().push(file);
  expect(whole.filter(({ kind }) => kind === "frame")).toHaveLength(2);
  for (let size = 1; size < 70; size += 1) {
    const cut = parser();
    const items: CaptureItem[] = [];
    for (let at = 0; at < file.length; at += size) items.push(...cut.push(file.subarray(at, at + size)));
    expect(items).toEqual(whole);
    expect(cut.end()).toBe(false);
  }
});

test("what is wrong is told behind what can be read", async () => {
  const file = pcapFile([{ bytes: FRAME }, { bytes: FRAME }]);
  const kinds = async (bytes: Buffer): Promise<string[]> =>
    (await streamed(bytes)).map((item) => (item.kind === "problem" ? item.what : item.kind));
  expect(await kinds(file.subarray(0, -1))).toEqual(["interface", "frame", "the file ends within a record"]);
  expect(await kinds(Buffer.alloc(0))).toEqual(["the file is empty, or too short for a capture"]);
  expect(await kinds(Buffer.from("#!/bin/sh and so on"))).toEqual(["neither pcap nor pcapng"]);
  file.writeUInt32LE(0x7fffffff, 24 + 16 + FRAME.length + 8);
  expect((await kinds(file)).at(-1)).toMatch(/record of 2147483647 bytes/);
});

test("another link type is told, not refused", async () => {
  const file = pcapFile([{ bytes: FRAME }]);
  file.writeUInt32LE(113, 20);
  expect(await streamed(file)).toMatchObject([{ linkType: 113 }, { kind: "frame", number: 1, linkType: 113 }]);
});

test("an entry of the journal has its time, and a number among the frames", async () => {
  const frame = enhancedPacket(0, 9, FRAME, "sent");
  const file = Buffer.concat([
    ...[sectionHeader("x"), interfaceDescription("a.0"), journalEntry(7, "a: up"), frame],
    ...[journalEntry(11, "b: up"), frame],
  ]);
  expect((await streamed(file)).slice(1)).toMatchObject([
    { kind: "note", message: "a: up", timeUs: 7 },
    { kind: "frame", number: 2 },
    { kind: "note", message: "b: up", timeUs: 11 },
    { kind: "frame", number: 4 },
  ]);
});

test("secrets, drops, and packets of the older kinds", async () => {
  const name = { name: "lo", frames: [{ bytes: FRAME }] };
  const secret = Buffer.from("UDPSEC_PEER 00");
  const secrets = block(10, Buffer.concat([u32le(0x55534b4c), u32le(secret.length), secret, Buffer.alloc(2)]));
  const simple = block(3, Buffer.concat([u32le(FRAME.length), FRAME]));
  const obsolete = block(
    2,
    Buffer.concat([u16le(0), u16le(0), u32le(0), u32le(9_000), u32le(FRAME.length), u32le(FRAME.length), FRAME]),
  );
  const statistics = block(
    5,
    Buffer.concat([u32le(0), u32le(0), u32le(0), option(5, u64le(2)), option(7, u64le(1)), u32le(0)]),
  );
  const items = await streamed(Buffer.concat([pcapngFile([name]), secrets, simple, obsolete, statistics]));
  expect(items).toMatchObject([
    { kind: "interface", name: "lo" },
    { kind: "frame", number: 1 },
    { kind: "secrets", secretsType: 0x55534b4c, bytes: secret },
    { kind: "frame", number: 2, frame: { timeUs: 0 } },
    { kind: "frame", number: 3, frame: { timeUs: 9 } },
    { kind: "dropped", packets: 3 },
  ]);
});

test("a second section has interfaces of its own", async () => {
  const file = pcapngFile([{ name: "a", frames: [{ bytes: FRAME }] }]);
  const items = await streamed(Buffer.concat([file, file]));
  expect(items).toMatchObject([
    { kind: "interface", index: 0 },
    { kind: "frame", number: 1, interfaceIndex: 0 },
    { kind: "interface", index: 1 },
    { kind: "frame", number: 2, interfaceIndex: 1 },
  ]);
});
