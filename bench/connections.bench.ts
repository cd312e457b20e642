/**
 * `node scripts/run.mjs bench/connections.bench.ts [CONNECTIONS] [TRANSPORT]`: many connections to one daemon on loopback. The daemon
 * has this process for itself, so that its heap is its own; the devices share another. Prints one JSON object.
 */
import { fork } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { TransportMode } from "../contract/configuration.ts";
import { Crowd } from "./connections/crowd.ts";
import { makeEchoBus } from "./connections/crowded-bus.ts";
import { LOOPBACK } from "./device/device.ts";
import { jainIndex } from "../guest/sim/scenarios/jain-index.ts";

const CROWD = "--crowd";
/** Echoed by each connection on the average. */
const BYTES_EACH = 32 * 1024;
const SETTLE_MS = 1_000;

type FromCrowd =
  | { readonly type: "connected"; readonly seconds: number }
  | { readonly type: "transferred"; readonly shares: readonly number[]; readonly seconds: number };

const [first, ...rest] = process.argv.slice(2);
if (first === CROWD) await runCrowd(rest);
else await runDaemon(Number(first ?? 1_000), rest[0] === "tcp" ? "tcp" : "udp-sec");

async function runDaemon(connections: number, mode: TransportMode): Promise<void> {
  const daemon = makeEchoBus(mode, connections);
  const { port } = await daemon.listen({ host: LOOPBACK, port: 0 });
  const before = await settledBytes();
  const crowd = fork(process.argv[1] ?? "", [CROWD, String(connections), mode, String(port)]);
  const next = <T extends FromCrowd["type"]>(type: T): Promise<Extract<FromCrowd, { type: T }>> =>
    new Promise((resolve, reject) => {
      crowd.on("message", (message: FromCrowd) => {
        if (message.type === type) resolve(message as Extract<FromCrowd, { type: T }>);
      });
      crowd.once("exit", (code) => reject(new TypeError(`the crowd ended early: ${code ?? "signal"}`)));
    });
  const { seconds: connectSeconds } = await next("connected");
  const idle = await settledBytes();
  crowd.send("transfer");
  const { shares, seconds } = await next("transferred");
  const after = await settledBytes();
  const live = daemon.sessions.size;
  crowd.kill();
  const perConnection = (bytes: number): number => Math.round(bytes / connections);
  const result = {
    ...{ transport: mode, connections, live },
    handshakesPerSecond: Math.round(connections / connectSeconds),
    heapBytesPerIdleConnection: perConnection(idle.heap - before.heap),
    bufferBytesPerIdleConnection: perConnection(idle.buffers - before.buffers),
    heapBytesPerConnectionAfterTransfer: perConnection(after.heap - before.heap),
    bufferBytesPerConnectionAfterTransfer: perConnection(after.buffers - before.buffers),
    jainIndex: Number(jainIndex(shares).toFixed(4)),
    leastShareBytes: Math.min(...shares),
    mebibytesPerSecond: Number((shares.reduce((sum, share) => sum + share, 0) / 2 ** 20 / seconds).toFixed(1)),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(live === connections ? 0 : 1);
}

async function runCrowd([size, mode, port]: readonly string[]): Promise<void> {
  const crowd = new Crowd(Number(size), mode === "tcp" ? "tcp" : "udp-sec");
  const connectSeconds = await timed(() => crowd.connect(Number(port)));
  process.send?.({ type: "connected", seconds: connectSeconds } satisfies FromCrowd);
  await new Promise((resolve) => process.once("message", resolve));
  let shares: readonly number[] = [];
  const seconds = await timed(async () => (shares = await crowd.transfer(Number(size) * BYTES_EACH)));
  process.send?.({ type: "transferred", shares, seconds } satisfies FromCrowd);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1_000;
}

/** After the timers of what just happened and two full collections. */
async function settledBytes(): Promise<{ readonly heap: number; readonly buffers: number }> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers };
}
