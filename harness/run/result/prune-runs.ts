/** What runs leave is bounded: the oldest finished ones go, and whoever asked for the runs is told. */
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { KEEP_FILE } from "./artifact-folder.ts";
import { KEPT_BY_DEFAULT, type KeptAtMost } from "./kept-at-most.ts";
import { isAlive } from "./living-run.ts";
import { readRunFolderName } from "./run-folder-name.ts";

export interface Pruned {
  readonly folder: string;
  /** Names of the runs that went. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
}

const SUMMARY_FILE = "summary.json";
/** A run without a summary goes on while its process does; where that can't be known, unless nothing was written into its folder for so long. */
const UNFINISHED_AGE_MS = 24 * 3600 * 1000;

const verdictSchema = z.object({ passed: z.boolean() });

interface FinishedRun {
  readonly name: string;
  readonly profile: string;
  readonly time: string;
  readonly bytes: number;
  /** Undefined: it ended without a verdict. */
  readonly passed: boolean | undefined;
}

/**
 * Removes the oldest finished runs past the limits. What goes on stays, what `--keep-on-failure` kept, and of each profile its last red run and
 * its last green one: those are what people still look at, and compare.
 */
export function pruneRuns(root: string, { runs: maxRuns, bytes: maxBytes }: KeptAtMost = KEPT_BY_DEFAULT): Pruned {
  // No run could make it: the runs told why.
  if (!existsSync(root) || !statSync(root).isDirectory()) return { folder: root, removed: [], freedBytes: 0 };
  const runs = readdirSync(root)
    .flatMap((name) => describeRun(root, name))
    .sort((a, b) => (a.time < b.time ? 1 : -1));
  const spared = lastOfEach(runs);
  let [kept, bytes, freedBytes] = [spared.size, sum([...spared]), 0];
  const removed: string[] = [];
  for (const run of runs) {
    if (spared.has(run)) continue;
    if (removed.length === 0 && kept < maxRuns && bytes + run.bytes <= maxBytes) {
      kept += 1;
      bytes += run.bytes;
      continue;
    }
    rmSync(join(root, run.name), { recursive: true, force: true });
    removed.push(run.name);
    freedBytes += run.bytes;
  }
  return { folder: root, removed, freedBytes };
}

/** @param newestFirst all that ended @returns of each profile the newest that passed, and the newest that did not */
function lastOfEach(newestFirst: readonly FinishedRun[]): Set<FinishedRun> {
  const last = new Map<string, FinishedRun>();
  for (const run of newestFirst) {
    const key = `${run.profile} ${String(run.passed)}`;
    if (run.passed !== undefined && !last.has(key)) last.set(key, run);
  }
  return new Set(last.values());
}

function sum(runs: readonly FinishedRun[]): number {
  return runs.reduce((total, { bytes }) => total + bytes, 0);
}

/** @returns nothing for what is no run of ours, goes on, or is kept */
function describeRun(root: string, name: string): FinishedRun | [] {
  const run = readRunFolderName(name);
  if (run === undefined) return [];
  const path = join(root, name);
  try {
    const files = readdirSync(path);
    if (files.includes(KEEP_FILE)) return [];
    const isFinished = files.includes(SUMMARY_FILE);
    const stats = files.map((file) => lstatSync(join(path, file)));
    const writtenMs = Math.max(statSync(path).mtimeMs, ...stats.map(({ mtimeMs }) => mtimeMs));
    // One that is held for somebody writes nothing.
    if (!isFinished && (isAlive(path) || Date.now() - writtenMs < UNFINISHED_AGE_MS)) return [];
    const bytes = stats.reduce((total, { size }) => total + size, 0);
    return { name, ...run, bytes, passed: isFinished ? verdictOf(join(path, SUMMARY_FILE)) : undefined };
  } catch {
    // Another run prunes at the same time.
    return [];
  }
}

function verdictOf(path: string): boolean | undefined {
  try {
    return verdictSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data?.passed;
  } catch {
    return undefined;
  }
}

/** @returns what is told of it, on one line; undefined if nothing went */
export function describePruned({ folder, removed, freedBytes }: Pruned): string | undefined {
  if (removed.length === 0) return undefined;
  const runs = removed.length === 1 ? "the oldest run" : `the ${removed.length} oldest runs`;
  return `removed ${runs} of ${folder}, ${(freedBytes / 1024 ** 2).toFixed(1)} MiB (UDPSEC_KEEP_RUNS, UDPSEC_KEEP_BYTES: off keeps all)`;
}
