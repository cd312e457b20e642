/** Two machines that transfer all the time over a link that loses, and how much memory each process holds meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import { startClock } from "../worlds/live/clock.ts";
import type { FinishedRun } from "../worlds/live/finished-run.ts";
import type { NodeStarters } from "../worlds/live/live-node.ts";
import type { FabricStats } from "../fabric/fabric.ts";
import { QemuWorld, type MachineMeans } from "../worlds/qemu/qemu-world.ts";
import { freshNonce } from "../topology/identities.ts";
import { planTopology } from "../topology/plan.ts";
import { memoryTrend, MIN_SAMPLES, type MemorySample, type MemoryTrend } from "./memory-trend.ts";
import { soakTopology } from "./soak-topology.ts";
import { SoakWatch, type SoakFigures } from "./soak-watch.ts";

/** Until the self-test begins: two machines boot side by side. */
const BEGIN_WITHIN_MS = 180_000;
/** The last transfer and message, and the power-off of both machines. */
const END_WITHIN_MS = 120_000;
/** At least this many, however short the soak is. */
const SAMPLES = 8;
const MINUTE_MS = 60_000;
/** Before, programs still warm up: compiled code and larger heaps look like a leak. */
export const SHORTEST_JUDGED_MINUTES = 20;

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: string;
  /** False: growth is shown and fails nothing. */
  readonly judgesMemory: boolean;
  readonly means: MachineMeans;
  readonly starters: NodeStarters;
  readonly artifactsFolder: string;
  readonly signal: AbortSignal;
  /** Told each sample, as it is taken. */
  readonly onSample: (sample: SoakSample) => void;
}

export interface SoakSample {
  /** Since the self-test began. */
  readonly atMs: number;
  /** Bytes by process: `a/selftest`, `b/agent`, `harness`. */
  readonly memory: ReadonlyMap<string, number>;
  readonly figures: SoakFigures;
}

export interface SoakResult {
  readonly samples: readonly SoakSample[];
  /** By process. */
  readonly trends: ReadonlyMap<string, MemoryTrend>;
  readonly figures: SoakFigures;
  readonly fabric: FabricStats | undefined;
  /** In words; empty: memory is flat and all that was sent came back right. */
  readonly failures: readonly string[];
}

/** @throws SetupError, MachineStartError; HarnessError `fabric-file` and others if the harness itself could not go on */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { minutes, seed, means, starters, artifactsFolder, signal } = options;
  const watch = new SoakWatch();
  const giveUp = (): void => watch.fail("interrupted");
  signal.addEventListener("abort", giveUp);
  const plan = planTopology(soakTopology(minutes * 60), { seed, nonce: freshNonce() });
  const run = { artifactsFolder, replay: undefined, keepsEvidence: false, clock: startClock(), listener: watch };
  const live = new QemuWorld(means, starters).start(plan, run);
  let samples: readonly SoakSample[] = [];
  let finished: FinishedRun;
  try {
    if (signal.aborted) giveUp();
    await Promise.race([live.started, watch.ended]);
    if (!(await within(BEGIN_WITHIN_MS, [watch.begun, watch.ended]))) watch.fail("the self-test did not begin");
    samples = await takeSamples(watch, options);
    if (watch.hasPassed && !(await within(END_WITHIN_MS, [watch.gone]))) watch.fail("the machines did not power off");
  } finally {
    signal.removeEventListener("abort", giveUp);
    finished = await live.end();
  }
  if (watch.brokenBy !== undefined) throw watch.brokenBy;
  return judge(watch, samples, finished.fabric, options.judgesMemory);
}

/** Until the self-test has ended, or should have. */
async function takeSamples(watch: SoakWatch, { minutes, onSample }: SoakOptions): Promise<SoakSample[]> {
  const startMs = performance.now();
  const durationMs = minutes * MINUTE_MS;
  const periodMs = Math.min(MINUTE_MS, durationMs / SAMPLES);
  const samples: SoakSample[] = [];
  for (let atMs = periodMs; !watch.isOver; atMs += periodMs) {
    await within(Math.max(0, startMs + atMs - performance.now()), [watch.ended]);
    if (watch.isOver) break;
    if (atMs > durationMs + END_WITHIN_MS) watch.fail("the self-test did not end");
    if (atMs > durationMs) continue;
    const memory = new Map([...watch.memory, ["harness", process.memoryUsage.rss()] as const]);
    const sample = { atMs, memory, figures: watch.figures };
    samples.push(sample);
    onSample(sample);
  }
  return samples;
}

function judge(
  watch: SoakWatch,
  samples: readonly SoakSample[],
  fabric: FabricStats | undefined,
  judgesMemory: boolean,
): SoakResult {
  const trends = trendsOf(samples);
  const leaking = [...trends].filter(([, { isFlat }]) => judgesMemory && !isFlat);
  const failures = [
    ...watch.failures,
    ...(watch.failures.length === 0 && trends.size < 2 ? ["too few samples to judge"] : []),
    ...leaking.map(([name, { growth }]) => `memory of ${name} grew by ${(growth * 100).toFixed(1)} %`),
  ];
  return { samples, trends, figures: watch.figures, fabric, failures };
}

function trendsOf(samples: readonly SoakSample[]): ReadonlyMap<string, MemoryTrend> {
  const series = new Map<string, MemorySample[]>();
  for (const { atMs, memory } of samples) {
    for (const [name, bytes] of memory) series.set(name, [...(series.get(name) ?? []), { atMs, bytes }]);
  }
  const judged = [...series].filter(([, values]) => values.length >= MIN_SAMPLES);
  return new Map(judged.map(([name, values]) => [name, memoryTrend(values)]));
}

/** Waits for the first of `awaited`, at most `ms`. @returns whether one came */
async function within(ms: number, awaited: readonly Promise<void>[]): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(ms, false, { signal: over.signal }).catch(() => false);
  const isInTime = await Promise.race([late, ...awaited.map((one) => one.then(() => true))]);
  over.abort();
  return isInTime;
}
