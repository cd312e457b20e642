/** What all connections to one daemon carry together, and whether each has its share. */
import { setTimeout as delay } from "node:timers/promises";
import { jainIndex } from "../../guest/sim/scenarios/jain-index.ts";
import type { BenchEffort, BenchRow, BenchTable } from "../table/table.ts";
import { SideError } from "../sides/side-process.ts";
import { between, type ProcessCost } from "./process-cost.ts";
import { type CrowdStage, onStage } from "./stage.ts";

const CONNECTIONS = [1, 10, 100, 1_000] as const;
const GIB = 1024 ** 3;
/** Before what counts: the compiler's warm-up, and that of the windows. */
const WARM_UP_MS = 4_000;
const WINDOW_MS = 10_000;
const QUICK_SHARE = 0.3;

/**
 * What arrives in a stretch of time while all go on sending: with an amount to be sent instead, the last of a thousand is waited for, and
 * one that had lost its last packets has it stand still for a probe timeout.
 */
export async function goodputTable(effort: BenchEffort): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const connections of CONNECTIONS) rows.push(await rowOf(connections, effort));
  const title = "all connections to one daemon send as much as they can (MB = 10^6 bytes)";
  return { name: "connections", title, rows };
}

async function rowOf(connections: number, effort: BenchEffort): Promise<BenchRow> {
  const what = `${connections} ${connections === 1 ? "connection" : "connections"}`;
  effort.announce(`connections: ${what}`);
  const options = { mode: "udp-sec", crypto: "native", connections } as const;
  const share = effort.isQuick ? QUICK_SHARE : 1;
  try {
    return await onStage(options, effort.announce, async (stage) => {
      await stage.crowd.call("make", { ...options, size: connections });
      await stage.crowd.call("connect", { port: stage.port });
      await stage.crowd.call("sendForEver", undefined);
      await delay(WARM_UP_MS * share);
      const before = await look(stage);
      await delay(WINDOW_MS * share);
      return { what, figures: figuresOf(before, await look(stage)) };
    });
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    return { what, figures: {}, failure: error.message };
  }
}

interface Look {
  readonly takenBytes: number;
  readonly sentBytes: readonly number[];
  readonly daemonCost: ProcessCost;
  readonly crowdCost: ProcessCost;
}

async function look({ daemon, crowd }: CrowdStage): Promise<Look> {
  const [takenBytes, daemonCost, sentBytes, crowdCost] = await Promise.all([
    daemon.call("takenBytes", undefined),
    daemon.call("cost", undefined),
    crowd.call("sentBytes", undefined),
    crowd.call("cost", undefined),
  ]);
  return { takenBytes, sentBytes, daemonCost, crowdCost };
}

function figuresOf(before: Look, after: Look): Readonly<Record<string, number>> {
  const bytes = after.takenBytes - before.takenBytes;
  const daemon = between(before.daemonCost, after.daemonCost);
  const crowd = between(before.crowdCost, after.crowdCost);
  const perGib = ({ cpuSeconds }: { readonly cpuSeconds: number }): number => (cpuSeconds * GIB) / bytes;
  return {
    "MB/s": bytes / 1e6 / daemon.seconds,
    "MB/s by CPU": GIB / 1e6 / Math.max(perGib(daemon), perGib(crowd)),
    "send s/GiB": perGib(crowd),
    "recv s/GiB": perGib(daemon),
    "Jain's index": jainIndex(after.sentBytes.map((sent, index) => sent - (before.sentBytes[index] ?? 0))),
  };
}
