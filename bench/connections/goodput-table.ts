/** What all connections to one daemon carry together, and whether each has its share. */
import { jainIndex } from "../../guest/sim/scenarios/jain-index.ts";
import type { BenchEffort, BenchRow, BenchTable } from "../table/table.ts";
import { SideError } from "../sides/side-process.ts";
import { between } from "./process-cost.ts";
import { onStage } from "./stage.ts";

const CONNECTIONS = [1, 10, 100, 1_000] as const;
const ROUNDS = 3;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Before what counts, in MiB: the compiler's warm-up, and that of the windows. */
const WARM_UP = 8;
const ROUND = 32;
const QUICK_SHARE = 0.5;

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
  const rounds = effort.isQuick ? 1 : ROUNDS;
  const bytes = ROUND * MIB * (effort.isQuick ? QUICK_SHARE : 1);
  try {
    return await onStage(options, effort.announce, async ({ daemon, crowd, port }) => {
      await crowd.call("make", { ...options, size: connections });
      await crowd.call("connect", { port });
      await crowd.call("upload", { bytes: WARM_UP * MIB });
      const before = [await daemon.call("cost", undefined), await crowd.call("cost", undefined)] as const;
      const shares = new Array<number>(connections).fill(0);
      for (let round = 0; round < rounds; round += 1) {
        const sent = (await crowd.call("upload", { bytes })) ?? [];
        for (const [index, share] of sent.entries()) shares[index] = (shares[index] ?? 0) + share;
      }
      const daemonCost = between(before[0], await daemon.call("cost", undefined));
      const crowdCost = between(before[1], await crowd.call("cost", undefined));
      const total = shares.reduce((sum, share) => sum + share, 0);
      const perGib = ({ cpuSeconds }: { readonly cpuSeconds: number }): number => (cpuSeconds * GIB) / total;
      return {
        what,
        figures: {
          "MB/s": total / 1e6 / daemonCost.seconds,
          "MB/s by CPU": GIB / 1e6 / Math.max(perGib(daemonCost), perGib(crowdCost)),
          "send s/GiB": perGib(crowdCost),
          "recv s/GiB": perGib(daemonCost),
          "Jain's index": jainIndex(shares),
        },
      };
    });
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    return { what, figures: {}, failure: error.message };
  }
}
