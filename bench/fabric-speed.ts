/** How many frames of 1200 bytes a second one core switches between two NICs, capture included. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { startFabric } from "../harness/fabric/fabric.ts";
import type { LinkSpec } from "../contract/impairment/index.ts";

const FRAME_BYTES = 1200;
const SERVICE_PORT = 37_021;

export interface FabricBenchResult {
  readonly link: string;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly longestStallMs: number;
  readonly captureLost: number;
}

const LINKS: Readonly<Record<string, LinkSpec>> = {
  clean: {},
  "drop 10 %, delay 5 ms": { delayMs: 5, faults: [{ kind: "drop", chance: 0.1 }] },
};

/** The guests are a thread of their own, so that only the switch's work counts on this one. */
const GUESTS = `
const { connect } = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const { from, to, batch, batches, window } = workerData;
let received = 0, sent = 0;
const sender = connect(from), receiver = connect(to);
const send = () => {
  while (sent < batches && (sent - window) * workerData.perBatch * 0.8 < received) { sender.write(Buffer.from(batch)); sent++; }
};
let bytes = 0;
receiver.on("data", (chunk) => {
  bytes += chunk.length;
  received = Math.floor(bytes / (4 + ${FRAME_BYTES}));
  send();
});
receiver.on("connect", () => sender.connecting ? sender.once("connect", send) : send());
sender.on("drain", send);
setInterval(() => { parentPort.postMessage(received); }, 20);
`;

/** @param frames sent per link */
export async function benchFabric(frames = 200_000): Promise<FabricBenchResult[]> {
  const results: FabricBenchResult[] = [];
  for (const [name, spec] of Object.entries(LINKS)) results.push(await benchLink(name, spec, frames));
  return results;
}

async function benchLink(link: string, spec: LinkSpec, frames: number): Promise<FabricBenchResult> {
  const folder = await mkdtemp(join(tmpdir(), "fabric-bench-"));
  const fabric = await startFabric({
    nics: [
      { node: "a", nic: 0 },
      { node: "b", nic: 0 },
    ],
    links: [{ from: "a", to: "b", spec }],
    seed: 1,
    servicePorts: [SERVICE_PORT],
    captureFile: join(folder, "capture.pcapng"),
    decisionFile: join(folder, "decisions.ndjson"),
    onFailure: (error) => {
      throw error;
    },
  });
  const perBatch = 100;
  const guests = new Worker(GUESTS, {
    eval: true,
    workerData: {
      ...{ from: fabric.socketPath("a", 0), to: fabric.socketPath("b", 0), perBatch, window: 5 },
      ...{ batch: Buffer.concat(Array.from({ length: perBatch }, () => udpMessage())), batches: frames / perBatch },
    },
  });
  const begin = performance.now();
  await new Promise<void>((resolve) => {
    guests.on("message", () => {
      const { frames: seen, dropped, delivered } = fabric.stats();
      const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      if (seen >= frames && delivered + lost >= frames) resolve();
    });
  });
  const seconds = (performance.now() - begin) / 1000;
  await guests.terminate();
  const { longestStallMs, captureLost } = await fabric.stop();
  await rm(folder, { recursive: true });
  return { link, frames, framesPerSecond: Math.round(frames / seconds), longestStallMs, captureLost };
}

/** One UDP frame to the service port, behind its length. The addresses are unknown to the switch: with two NICs that's the other. */
function udpMessage(): Buffer {
  const bytes = Buffer.alloc(4 + FRAME_BYTES);
  bytes.writeUInt32BE(FRAME_BYTES, 0);
  const frame = bytes.subarray(4);
  frame.set([0x52, 0x54, 0, 0, 0, 0x0b, 0x52, 0x54, 0, 0, 0, 0x0a, 0x08, 0x00, 0x45]);
  frame.writeUInt16BE(FRAME_BYTES - 14, 16);
  frame[23] = 17;
  frame.writeUInt16BE(SERVICE_PORT, 36);
  frame.writeUInt16BE(FRAME_BYTES - 34, 38);
  frame.set([1, 0x10], 42);
  return bytes;
}
