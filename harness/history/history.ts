/** What became of each profile's runs, run by run: a flake shows over time, not in one evening. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { RunResult } from "../run/result/run-result.ts";
import { passRate } from "./confidence.ts";

/** Entries kept per profile: the file is cut back to these once it holds twice as many. */
export const MAX_HISTORY_ENTRIES = 1_000;

export const historyEntrySchema = z.object({
  at: z.string(),
  seed: z.string(),
  accelerator: z.string(),
  code: z.string(),
  /** What the failure is about; absent where there is none. */
  marker: z.string().optional(),
  machineMs: z.number(),
  scale: z.number(),
  agent: z.string().optional(),
  /** What it was made of, by name; absent: it is of an older version, which did not say. */
  provenance: z.record(z.string(), z.string()).optional(),
});

export type HistoryEntry = z.infer<typeof historyEntrySchema>;

export interface ProfileHistory {
  readonly profile: string;
  readonly runs: number;
  readonly passed: number;
  readonly low: number;
  readonly high: number;
  /** Runs by what they were made of, in the order of their last ones; the newest last. */
  readonly makes: readonly Make[];
  /** Of one make both verdicts: it depends on the run, not on a change. */
  readonly isFlaky: boolean;
  /** That don't say what they were made of: nothing follows from them about flakes. */
  readonly unkeyed: number;
  readonly failures: readonly HistoryEntry[];
}

/** Runs that were made of the same agent, harness, profile, kernel, image and QEMU. */
export interface Make {
  readonly provenance: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly passed: number;
  /** ISO 8601, of its newest run. */
  readonly lastAt: string;
}

/** Appends one line. A history that can't be written must not fail a run. */
export function rememberRun(folder: string, result: RunResult, maxEntries: number = MAX_HISTORY_ENTRIES): void {
  append(folder, result.profile, historyEntryOf(result), maxEntries);
}

/** A run that another machine made, unless it is known already. */
export function rememberEntry(folder: string, profile: string, entry: HistoryEntry): void {
  const isKnown = readHistory(folder, profile).some(({ at, seed }) => at === entry.at && seed === entry.seed);
  if (!isKnown) append(folder, profile, entry, MAX_HISTORY_ENTRIES);
}

/** @returns the line that is kept of a run */
export function historyEntryOf(result: RunResult): HistoryEntry {
  const { startedAt, seed, accelerator, code, failures, timing, scale, image, provenance } = result;
  const marker = failures[0]?.marker;
  const agent = image["agentSha256"];
  return {
    ...{ at: startedAt, seed, accelerator, code, machineMs: Math.round(timing.machineMs), scale },
    ...(marker === undefined ? {} : { marker }),
    ...(agent === undefined ? {} : { agent: agent.slice(0, 12) }),
    provenance: { ...provenance },
  };
}

function append(folder: string, profile: string, entry: HistoryEntry, maxEntries: number): void {
  try {
    mkdirSync(folder, { recursive: true });
    const path = historyPath(folder, profile);
    appendFileSync(path, `${JSON.stringify(entry)}\n`);
    cutBack(path, maxEntries);
  } catch {
    return;
  }
}

/** @returns entries, oldest first; lines that are none are left out */
export function readHistory(folder: string, profile: string): HistoryEntry[] {
  const path = historyPath(folder, profile);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => parseEntry(line) ?? []);
}

/** Profiles that have a history. */
export function rememberedProfiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ndjson"))
    .map((name) => name.slice(0, -".ndjson".length))
    .sort();
}

/** @param entries at least one */
export function summariseHistory(profile: string, entries: readonly HistoryEntry[]): ProfileHistory {
  const failures = entries.filter(({ code }) => code !== "passed");
  const passed = entries.length - failures.length;
  const makes = makesOf(entries);
  const isFlaky = makes.some((make) => make.passed > 0 && make.passed < make.runs);
  const unkeyed = entries.filter(({ provenance }) => provenance === undefined).length;
  const { low, high } = passRate(passed, entries.length);
  return { profile, runs: entries.length, passed, low, high, makes, isFlaky, unkeyed, failures };
}

function makesOf(entries: readonly HistoryEntry[]): Make[] {
  const makes = new Map<string, Make>();
  for (const { provenance, code, at } of entries) {
    if (provenance === undefined) continue;
    const key = JSON.stringify(Object.entries(provenance).sort(([one], [other]) => (one < other ? -1 : 1)));
    const { runs, passed } = makes.get(key) ?? { runs: 0, passed: 0 };
    makes.delete(key);
    makes.set(key, { provenance, runs: runs + 1, passed: passed + (code === "passed" ? 1 : 0), lastAt: at });
  }
  return [...makes.values()];
}

/** Rewritten aside: two runs at once may both come by. */
function cutBack(path: string, maxEntries: number): void {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  if (lines.length < 2 * maxEntries) return;
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, `${lines.slice(-maxEntries).join("\n")}\n`);
  renameSync(aside, path);
}

function parseEntry(line: string): HistoryEntry | undefined {
  if (line === "") return undefined;
  try {
    return historyEntrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function historyPath(folder: string, profile: string): string {
  return join(folder, `${profile}.ndjson`);
}
