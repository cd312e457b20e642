import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DecisionRecord, LinkSpec } from "../../../contract/impairment/index.ts";
import { enhancedPacket, interfaceDescription, journalEntry, sectionHeader } from "../../capture/pcapng-blocks.ts";
import { DelayQueue } from "../../fabric/delay-queue.ts";
import { FrameSwitch, type FramePort } from "../../fabric/frame-switch.ts";
import { LinkTable, type LinkRule } from "../../fabric/link-table.ts";
import { plantedUdp, type PlantedWay } from "../../sabotage/tamper/planted-frames.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import { fabricSeed } from "../../worlds/live/run-network.ts";
import { recomputedFaults } from "./recomputed-faults.ts";

const FRAMES = 400;
const TRIGGER = "a: control-ok";
const A = { mac: Buffer.from("525400240100", "hex"), ip: Buffer.from([10, 24, 0, 1]) };
const B = { mac: Buffer.from("525400240200", "hex"), ip: Buffer.from([10, 24, 0, 2]) };
const UDP = { match: { protocol: "udp" } } as const;
const EVERYTHING: LinkSpec = {
  ...{ delayMs: 5, jitterMs: 3, rateMbps: 1, queueBytes: 4_000 },
  faults: [
    { kind: "drop", chance: 0.05, ...UDP },
    { kind: "duplicate", chance: 0.05, ...UDP },
    { kind: "reorder", chance: 0.05, laterMs: 30, ...UDP },
    { kind: "corrupt", chance: 0.05, ...UDP },
    { kind: "blackhole", during: { trigger: TRIGGER, fromMs: 100, untilMs: 300 } },
  ],
};
const LINKS: readonly LinkRule[] = [
  { from: "a", to: "b", spec: EVERYTHING },
  { from: "b", to: "a", spec: EVERYTHING },
];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recomputed-"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** A run over a switch of ours. @returns the blocks of its capture */
function played(seed: string): Buffer[] {
  const nics = ["a.0", "b.0"];
  const blocks = [sectionHeader("test"), ...nics.map(interfaceDescription)];
  const nowMs = (): number => Date.now() + 0.25;
  let taken: DecisionRecord | undefined;
  const links = new LinkTable({ links: LINKS, seed: fabricSeed(seed), onDecision: (record) => (taken = record) });
  const ports = nics.map((name): FramePort => ({ name, send: () => true }));
  const frames = new FrameSwitch({
    ...{ ports, links, delays: new DelayQueue(nowMs), nowMs, servicePorts: [SESSION_PORT] },
    capture: {
      frame: (nic, direction, frame, { comment, atMs = nowMs() } = { atMs: nowMs() }) =>
        void blocks.push(enhancedPacket(nics.indexOf(nic), Math.floor(atMs * 1000), frame, direction, comment)),
    },
    takeRecord: () => {
      const record = taken;
      taken = undefined;
      return record;
    },
  });
  for (let index = 0; index < FRAMES; index += 1) {
    const [port] = index % 3 === 0 ? [ports[1]] : [ports[0]];
    const way: PlantedWay = port === ports[0] ? { from: A, to: B } : { from: B, to: A };
    const service: [number, number] = port === ports[0] ? [40_000, SESSION_PORT] : [SESSION_PORT, 40_000];
    if (port !== undefined)
      frames.forward(port, plantedUdp(way, service, Buffer.alloc(100 + ((index * 37) % 900), index)));
    if (index === FRAMES / 2) {
      links.trigger(TRIGGER, nowMs());
      blocks.push(journalEntry(Math.floor(nowMs() * 1000), `trigger ${TRIGGER}`));
    }
    vi.advanceTimersByTime((index * 7) % 5);
  }
  vi.advanceTimersByTime(1_000);
  return blocks;
}

async function judged(blocks: readonly Buffer[], seed: string): Promise<string> {
  const capturePath = join(folder, "capture.pcapng");
  writeFileSync(capturePath, Buffer.concat(blocks));
  const { finding, saw } = await recomputedFaults({ capturePath, links: LINKS, seed });
  return `${finding}: ${saw}`;
}

test("forty seeds: all faults together, a full queue and an outage follow from the seed, and from no other", async () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const blocks = played(`${seed}`);
    expect(await judged(blocks, `${seed}`)).toMatch(
      /^confirmed: \d+ decisions and \d+ deliveries, the same from the seed$/,
    );
    expect(await judged(blocks, `${seed} not`)).toMatch(/^contradicted: /);
    expect(Buffer.concat(blocks).includes("queue-full")).toBe(true);
    expect(Buffer.concat(blocks).includes("blackhole")).toBe(true);
  }
});

test("a delivery that follows from nothing, one too soon, one twice", async () => {
  const blocks = played("s");
  const at = blocks.findIndex((block, index) => index > 50 && block.readUInt32LE(0) === 6 && isReceived(block));
  const changed = (edit: (block: Buffer) => Buffer[]): Buffer[] =>
    blocks.flatMap((block, index) => (index === at ? edit(Buffer.from(block)) : [block]));
  const other = changed((block) => {
    block.writeUInt8(block.readUInt8(80) ^ 1, 80);
    return [block];
  });
  expect(await judged(other, "s")).toMatch(
    /the switch delivered a frame that follows from none that was sent \(packet \d+/,
  );
  const soon = changed((block) => {
    block.writeUInt32LE(block.readUInt32LE(16) - 20_000, 16);
    return [block];
  });
  expect(await judged(soon, "s")).toMatch(/the switch delivered a frame \d+\.\d ms too soon/);
  expect(
    await judged(
      changed((block) => [block, block]),
      "s",
    ),
  ).toMatch(/follows from none that was sent/);
});

test("no capture, or a damaged one, says nothing", async () => {
  const missing = { capturePath: join(folder, "none"), links: LINKS, seed: "s" };
  expect((await recomputedFaults(missing)).finding).toBe("unavailable");
  const blocks = played("s");
  blocks[5]?.writeUInt32LE(3, 4);
  expect(await judged(blocks, "s")).toMatch(/^unavailable: the switch's capture is damaged/);
});

/** The option before the end of options and the block's length. */
function isReceived(block: Buffer): boolean {
  return block.readUInt32LE(block.length - 12) === 1;
}
