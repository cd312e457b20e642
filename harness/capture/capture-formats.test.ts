import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arp, block, HOST_A, HOST_B, pcapFile, pcapngFile, u32le } from "../evidence/capture-writer.fixture.ts";

import { readCapture } from "./read-capture.ts";
import { readPcap, readPcapng } from "./whole-capture.ts";

const FRAME = arp(HOST_A, HOST_B);
const PCAP_RECORD_BYTES = 16 + FRAME.length;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "captures-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([false, true])("pcap, big endian %s", (bigEndian) => {
  const file = pcapFile([{ bytes: FRAME }, { bytes: FRAME.subarray(0, 20), wireLength: 60 }], bigEndian);
  const { interfaces, cutShort } = readPcap(file, "x");
  expect(cutShort).toBe(false);
  expect(interfaces[0]?.frames.map(({ bytes, wireLength, timeUs }) => [bytes.length, wireLength, timeUs])).toEqual([
    [60, 60, 1_000_000_000],
    [20, 60, 1_000_000_001],
  ]);
});

test("pcap with nanoseconds counts in microseconds all the same", () => {
  const file = pcapFile([{ bytes: FRAME }]);
  file.writeUInt32LE(0xa1b23c4d, 0);
  file.writeUInt32LE(5_000, 28);
  expect(readPcap(file, "x").interfaces[0]?.frames[0]?.timeUs).toBe(1_000_000_005);
});

test("pcap cut at every byte of its last record keeps what came before", () => {
  const file = pcapFile([{ bytes: FRAME }, { bytes: FRAME }]);
  for (let missing = 1; missing < PCAP_RECORD_BYTES; missing++) {
    const { interfaces, cutShort } = readPcap(file.subarray(0, -missing), "x");
    expect([interfaces[0]?.frames.length, cutShort]).toEqual([1, true]);
  }
});

test("pcapng: names, directions, comments, resolution; unknown blocks pass", () => {
  const frames = [
    { bytes: FRAME, direction: "sent" as const, comment: "dropped: drop" },
    { bytes: FRAME.subarray(0, 19), direction: "received" as const },
  ];
  const file = pcapngFile([
    { name: "a.0", frames },
    { name: "b.0", frames: [{ bytes: FRAME }] },
  ]);
  const { interfaces, cutShort } = readPcapng(Buffer.concat([file, block(0xbad, u32le(0))]), "x");
  expect(cutShort).toBe(false);
  expect(interfaces.map(({ name, frames: all }) => [name, all.length])).toEqual([
    ["a.0", 2],
    ["b.0", 1],
  ]);
  expect(interfaces[0]?.frames[0]).toMatchObject({ direction: "sent", comments: ["dropped: drop"], timeUs: 5 });
  expect(interfaces[0]?.frames[1]?.bytes.length).toBe(19);
  expect(interfaces[1]?.frames[0]?.direction).toBe("unknown");
});

test("pcapng times have 64 bits", () => {
  const file = pcapngFile([{ name: "a.0", frames: [{ bytes: FRAME }] }]);
  file.writeUInt32LE(1, file.length - packetBytes(file) + 12);
  expect(readPcapng(file, "x").interfaces[0]?.frames[0]?.timeUs).toBe(Math.floor((2 ** 32 + 5_000) / 1_000));
});

test("pcapng cut anywhere in its last block keeps what came before", () => {
  const file = pcapngFile([{ name: "a.0", frames: [{ bytes: FRAME }, { bytes: FRAME }] }]);
  const lastBlock = file.length - pcapngFile([{ name: "a.0", frames: [{ bytes: FRAME }] }]).length;
  for (let missing = 1; missing < lastBlock; missing++) {
    const { interfaces, cutShort } = readPcapng(file.subarray(0, -missing), "x");
    expect([interfaces[0]?.frames.length, cutShort]).toEqual([1, true]);
  }
});

test.each([
  ["another link type", (file: Buffer) => file.writeUInt32LE(101, 20), readPcap],
  ["an impossible record", (file: Buffer) => file.writeUInt32LE(0x7fffffff, 32), readPcap],
])("pcap with %s is damaged", (_, damage, read) => {
  const file = pcapFile([{ bytes: FRAME }]);
  damage(file);
  expect(() => read(file, "x")).toThrow(expect.objectContaining({ code: "capture-damaged" }));
});

test.each([
  ["lengths that differ", (file: Buffer) => file.writeUInt32LE(1, file.length - 4)],
  ["no byte-order magic", (file: Buffer) => file.writeUInt32LE(1, 8)],
  ["an impossible block", (file: Buffer) => file.writeUInt32LE(5, 4)],
  ["a packet of an undeclared interface", (file: Buffer) => file.writeUInt32LE(7, file.length - packetBytes(file) + 8)],
])("pcapng with %s is damaged", (_, damage) => {
  const file = pcapngFile([{ name: "a.0", frames: [{ bytes: FRAME }] }]);
  damage(file);
  expect(() => readPcapng(file, "x")).toThrow(expect.objectContaining({ code: "capture-damaged" }));
});

function packetBytes(file: Buffer): number {
  return file.readUInt32LE(file.length - 4);
}

test("a file is what it begins like; an empty one has no interface; a bound holds", async () => {
  const path = join(folder, "capture");
  await writeFile(path, pcapFile([{ bytes: FRAME }]));
  expect((await readCapture(path)).interfaces[0]?.frames).toHaveLength(1);
  const size = pcapFile([{ bytes: FRAME }]).length;
  await expect(readCapture(path, size)).resolves.toBeDefined();
  await expect(readCapture(path, size - 1)).rejects.toMatchObject({ code: "capture-too-large" });
  await writeFile(path, "");
  expect(await readCapture(path)).toEqual({ interfaces: [], cutShort: true });
  await writeFile(path, "#!/bin/sh\necho not a capture\n");
  await expect(readCapture(path)).rejects.toMatchObject({ code: "capture-damaged" });
});
