/** What connections cost a daemon while nobody uses them: processor time and memory. */
import type { BenchEffort, BenchRow, BenchTable } from "../table/table.ts";
import { SideError } from "../sides/side-process.ts";
import { between } from "./process-cost.ts";
import { onStage } from "./stage.ts";

interface IdleCase {
  readonly connections: number;
  readonly isQuick: boolean;
}

const CASES: readonly IdleCase[] = [
  { connections: 100, isQuick: true },
  { connections: 1_000, isQuick: true },
  { connections: 10_000, isQuick: false },
];
/** Before what counts: after the handshakes the compiler is still busy. */
const SETTLE_MS = 10_000;
/** Several rounds of the keepalive. */
const WATCHED_MS = 15_000;

export async function idleTable(effort: BenchEffort): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const { connections, isQuick } of CASES) {
    if (isQuick || !effort.isQuick) rows.push(await rowOf(connections, effort));
  }
  return { name: "idle", title: "connections that nobody uses: what they cost their daemon", rows };
}

async function rowOf(connections: number, effort: BenchEffort): Promise<BenchRow> {
  const what = `${connections} connections`;
  effort.announce(`idle: ${what}`);
  const options = { mode: "udp-sec", crypto: "native", connections } as const;
  try {
    return await onStage(options, effort.announce, async ({ daemon, crowd, port }) => {
      const before = await daemon.call("memory", undefined);
      await crowd.call("make", { ...options, size: connections });
      await crowd.call("connect", { port });
      const after = await daemon.call("memory", undefined);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const begun = await daemon.call("cost", undefined);
      await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
      const { seconds, cpuSeconds } = between(begun, await daemon.call("cost", undefined));
      const live = await daemon.call("sessions", undefined);
      const each = (bytes: number): number => bytes / connections;
      return {
        what,
        figures: {
          "live after": live,
          "% of a core": (100 * cpuSeconds) / seconds,
          "heap B each": each(after.heapBytes - before.heapBytes),
          "buffers B each": each(after.bufferBytes - before.bufferBytes),
        },
      };
    });
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    return { what, figures: {}, failure: error.message };
  }
}
