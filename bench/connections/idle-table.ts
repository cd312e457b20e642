/** What connections cost a daemon while nobody uses them: processor time and memory. */
import type { PrimitivesName } from "../device/device.ts";
import type { BenchEffort, BenchRow, BenchTable } from "../table/table.ts";
import { SideError, SideProcess } from "../sides/side-process.ts";
import type { BareCalls } from "./bare-main.ts";
import { between, type ProcessCost } from "./process-cost.ts";
import { onStage } from "./stage.ts";

interface IdleCase {
  readonly connections: number;
  readonly crypto: PrimitivesName;
  readonly isQuick: boolean;
}

const CASES: readonly IdleCase[] = [
  { connections: 100, crypto: "native", isQuick: true },
  { connections: 1_000, crypto: "native", isQuick: true },
  { connections: 1_000, crypto: "sodium", isQuick: true },
  { connections: 10_000, crypto: "native", isQuick: false },
];
const BARE_PEERS = 1_000;
/** They stay for hours: V8 compiles until each connection was asked some times, and that is over after a minute. */
const SETTLE_MS = 60_000;
const QUICK_SETTLE_MS = 10_000;
/** Four times the 7.75 s after which most connections are asked again: none counts more often than another. */
const WATCHED_MS = 31_000;

export async function idleTable(effort: BenchEffort): Promise<BenchTable> {
  const rows: BenchRow[] = [await bareRow(effort)];
  for (const idle of CASES) if (idle.isQuick || !effort.isQuick) rows.push(await rowOf(idle, effort));
  return { name: "idle", title: "connections that nobody uses: what they cost their daemon", rows };
}

async function rowOf({ connections, crypto }: IdleCase, effort: BenchEffort): Promise<BenchRow> {
  const what = crypto === "sodium" ? `${connections} connections, libsodium` : `${connections} connections`;
  effort.announce(`idle: ${what}`);
  const options = { mode: "udp-sec", crypto, connections } as const;
  try {
    return await onStage(options, effort.announce, async ({ daemon, crowd, port }) => {
      const before = await daemon.call("memory", undefined);
      await crowd.call("make", { ...options, size: connections });
      await crowd.call("connect", { port });
      const after = await daemon.call("memory", undefined);
      await settle(effort);
      const percent = await percentOfCore(() => daemon.call("cost", undefined));
      const live = await daemon.call("sessions", undefined);
      const each = (bytes: number): number => bytes / connections;
      return {
        what,
        figures: {
          "live after": live,
          [percentColumn(effort)]: percent,
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

/** The limit: what its datagrams alone cost whoever asks a thousand others. */
async function bareRow(effort: BenchEffort): Promise<BenchRow> {
  const what = `limit: bare dgram, ${BARE_PEERS} peers`;
  effort.announce(`idle: ${what}`);
  const asking = await SideProcess.start<BareCalls>("connections/bare-main", effort.announce);
  const answering = await SideProcess.start<BareCalls>("connections/bare-main", effort.announce);
  try {
    await asking.call("ask", await answering.call("answer", BARE_PEERS));
    await settle(effort);
    await asking.call("answered", undefined);
    const percent = await percentOfCore(() => asking.call("cost", undefined));
    const live = await asking.call("answered", undefined);
    return { what, figures: { "live after": live, [percentColumn(effort)]: percent } };
  } catch (error) {
    if (!(error instanceof SideError)) throw error;
    return { what, figures: {}, failure: error.message };
  } finally {
    await Promise.all([asking.stop(), answering.stop()]);
  }
}

async function settle({ isQuick }: BenchEffort): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, isQuick ? QUICK_SETTLE_MS : SETTLE_MS));
}

/** Two names, so that `--compare` sets no look of seconds beside what was measured when V8 had compiled. */
function percentColumn({ isQuick }: BenchEffort): string {
  return isQuick ? "% of a core" : "% of a core, warm";
}

async function percentOfCore(cost: () => Promise<ProcessCost>): Promise<number> {
  const begun = await cost();
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const { seconds, cpuSeconds } = between(begun, await cost());
  return (100 * cpuSeconds) / seconds;
}
