/** Bulk transfer between two processes over loopback, in alternating rounds, so that what the machine does meanwhile hits everybody. */
import { execa } from "execa";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../scripts/bundle.mjs";
import { projectRoot } from "../../harness/host/project-root.ts";
import { type BenchEffort, type BenchRow, type BenchTable, median } from "../table/table.ts";
import { CONTENDERS, type ContenderRecord, isOwn, peersFolder } from "./contenders.ts";
import type { TransferMeasure } from "./contender.ts";
import { CARRIED_BYTES } from "./packet-sizes.ts";
import { transfer, TransferError } from "./transfer.ts";

const ROUNDS = 9;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Of a quick look. */
const QUICK_SHARE = 0.5;
const INSTALL_MS = 300_000;

interface Measured {
  readonly record: ContenderRecord;
  readonly rounds: TransferMeasure[];
  heap?: TransferMeasure;
  failure?: string;
}

export async function bulkTable({ isQuick, announce }: BenchEffort): Promise<BenchTable> {
  const missing = await installPeers(announce);
  const all: Measured[] = CONTENDERS.map((record) => ({
    ...{ record, rounds: [] },
    ...(missing === undefined || isOwn(record) ? {} : { failure: missing }),
  }));
  const modulePaths = await bundleOwn(announce);
  const rounds = isQuick ? 1 : ROUNDS;
  for (let round = 1; round <= rounds + 1; round += 1) {
    const measuresHeap = round > rounds;
    for (const measured of all) {
      if (measured.failure !== undefined) continue;
      const { module, contender, mebibytes, what } = measured.record;
      announce(measuresHeap ? `bulk: heap of ${what}` : `bulk: round ${round} of ${rounds}: ${what}`);
      const modulePath = modulePaths.get(module) ?? join(peersFolder(), `${module}.mjs`);
      const bytes = Math.round(mebibytes * MIB * (isQuick ? QUICK_SHARE : 1));
      try {
        const measure = await transfer({ modulePath, contender, bytes, measuresHeap });
        if (measuresHeap) measured.heap = measure;
        else measured.rounds.push(measure);
      } catch (error) {
        if (!(error instanceof TransferError)) throw error;
        measured.failure = error.message;
      }
    }
  }
  const title = `one direction over loopback, median of ${rounds} (MB = 10^6 bytes; heap by ${CARRIED_BYTES} bytes)`;
  return { name: "bulk", title, rows: all.map(rowOf) };
}

function rowOf({ record, rounds, heap, failure }: Measured): BenchRow {
  if (failure !== undefined) return { what: record.what, figures: {}, failure };
  const rates = rounds.map(({ bytes, receiver }) => bytes / 1e6 / receiver.seconds);
  const cpu = (side: "sender" | "receiver"): number =>
    median(rounds.map((measure) => (measure[side].cpuSeconds * GIB) / measure.bytes));
  const peak = (side: "sender" | "receiver"): number =>
    median(rounds.map((measure) => measure[side].peakRssBytes / 1e6));
  const heapOf = (side: "sender" | "receiver"): number =>
    heap === undefined ? NaN : ((heap[side].heapBytes ?? NaN) * CARRIED_BYTES) / heap.bytes;
  const slower = Math.max(cpu("sender"), cpu("receiver"));
  return {
    what: record.what,
    figures: {
      "MB/s": median(rates),
      least: Math.min(...rates),
      most: Math.max(...rates),
      // What the slower side's processor would carry, if nothing waited: comparable on a machine that has other work.
      "MB/s by CPU": GIB / 1e6 / slower,
      "send s/GiB": cpu("sender"),
      "recv s/GiB": cpu("receiver"),
      "send MB": peak("sender"),
      "recv MB": peak("receiver"),
      "send heap B": heapOf("sender"),
      "recv heap B": heapOf("receiver"),
    },
  };
}

async function bundleOwn(announce: (step: string) => void): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const module of ["own-stack", "limit"]) {
    const out = join(projectRoot(), `build/bench/${module}.mjs`);
    await bundle({ root: projectRoot(), entry: `bench/bulk/${module}.ts`, out, announce });
    paths.set(module, out);
  }
  return paths;
}

/** @returns why the peers can't be measured, if so */
async function installPeers(announce: (step: string) => void): Promise<string | undefined> {
  if (existsSync(join(peersFolder(), "node_modules"))) return undefined;
  announce("bulk: npm install in bench/peers, about 100 MB");
  // `npm ci` refuses a lock file without optional packages that one of them names and nobody has published.
  const { failed } = await execa("npm", ["install", "--no-save"], {
    cwd: peersFolder(),
    reject: false,
    timeout: INSTALL_MS,
  });
  return failed ? "its package can't be installed: npm install in bench/peers says why" : undefined;
}
