/**
 * What a flood of first messages leaves of a transfer, and whether anybody still gets in. Beside the goodput stands what is left of it by
 * the receiver's processor time, which a machine that has other work does not falsify: a core has so many seconds a second, and each
 * bogus message takes its share.
 */
import type { BenchEffort, BenchRow, BenchTable } from "../table/table.ts";
import { SideError, SideProcess } from "../sides/side-process.ts";
import type { FloodCalls, FloodKind } from "./flood-main.ts";
import { between } from "./process-cost.ts";
import { type CrowdStage, onStage } from "./stage.ts";

interface FloodCase {
  readonly what: string;
  readonly kind: FloodKind;
  readonly perSecond: number;
  readonly isAimed: boolean;
}

const CASES: readonly FloodCase[] = [8_000, 16_000].flatMap((perSecond) => [
  { what: `${perSecond} a second at a dead port`, kind: "bad mac1", perSecond, isAimed: false },
  { what: `${perSecond} a second, bad mac1`, kind: "bad mac1", perSecond, isAimed: true },
  { what: `${perSecond} a second, valid mac1`, kind: "valid mac1", perSecond, isAimed: true },
]);
const MIB = 1024 ** 2;
const WARM_UP = 12 * MIB;
const TRANSFER = 64 * MIB;
const QUICK_SHARE = 0.5;
/** Devices that dial while the flood lasts. */
const HONEST_DIALS = 12;
/** Nobody listens there. */
const DEAD_PORT = 9;

interface Measured {
  readonly goodput: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly flooded: number;
  readonly honest: number;
}

export async function floodTable(effort: BenchEffort): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  let baseline: Measured | undefined;
  for (const one of CASES) {
    effort.announce(`flood: ${one.what}`);
    try {
      const measured = await measure(one, effort);
      if (!one.isAimed) baseline = measured;
      rows.push(rowOf(one, measured, baseline));
    } catch (error) {
      if (!(error instanceof SideError)) throw error;
      rows.push({ what: one.what, figures: {}, failure: error.message });
    }
  }
  const title = "a transfer while somebody floods the receiver with first messages (MB = 10^6 bytes)";
  return { name: "flood", title, rows };
}

function rowOf({ what, perSecond, isAimed }: FloodCase, measured: Measured, baseline: Measured | undefined): BenchRow {
  const figures: Record<string, number> = {
    "MB/s": measured.goodput / 1e6,
    "sent a second": measured.flooded / measured.seconds,
    "honest dials %": (100 * measured.honest) / HONEST_DIALS,
  };
  if (isAimed && baseline !== undefined) {
    const secondsEach = (measured.cpuSeconds - baseline.cpuSeconds) / measured.flooded;
    figures["% left"] = (100 * measured.goodput) / baseline.goodput;
    figures["us each"] = secondsEach * 1e6;
    figures["% left by CPU"] = 100 * (1 - secondsEach * perSecond);
  }
  return { what, figures };
}

async function measure({ kind, perSecond, isAimed }: FloodCase, effort: BenchEffort): Promise<Measured> {
  const options = { mode: "udp-sec", crypto: "native", connections: 1 + HONEST_DIALS, isStrict: true } as const;
  const flood = await SideProcess.start<FloodCalls>("connections/flood-main", effort.announce);
  try {
    return await onStage(options, effort.announce, async (stage) => {
      const { daemon, crowd, port } = stage;
      await crowd.call("make", { ...options, size: 1 });
      await crowd.call("connect", { port });
      await crowd.call("upload", { bytes: WARM_UP });
      await flood.call("start", { port: isAimed ? port : DEAD_PORT, perSecond, kind });
      const bytes = TRANSFER * (effort.isQuick ? QUICK_SHARE : 1);
      const before = [await daemon.call("cost", undefined), await flood.call("sent", undefined)] as const;
      await crowd.call("upload", { bytes });
      const flooded = (await flood.call("sent", undefined)) - before[1];
      const { seconds, cpuSeconds } = between(before[0], await daemon.call("cost", undefined));
      const honest = await honestDials(stage, bytes);
      await flood.call("stop", undefined);
      return { goodput: bytes / seconds, cpuSeconds, seconds, flooded, honest };
    });
  } finally {
    await flood.stop();
  }
}

/** @returns how many devices got in while the transfer and the flood went on */
async function honestDials({ crowd, port }: CrowdStage, bytes: number): Promise<number> {
  const busy = crowd.call("upload", { bytes });
  const dialled = (await crowd.call("dialMore", { port, count: HONEST_DIALS })) ?? 0;
  await busy;
  return dialled;
}
