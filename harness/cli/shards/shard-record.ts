/** What one shard of a batch leaves beside its runs, so that all of them can be told as the one batch that they are. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { historyEntryOf, historyEntrySchema } from "../../history/history.ts";
import type { RunResult } from "../../run/result/run-result.ts";
import { MAX_SHARDS } from "./deal-out.ts";

const SHARD_FILE = /^shard-\d+-of-\d+\.json$/;

/** Files of the history are called by it: no path. */
const name = z.string().regex(/^[^/\\]+$/);

const runSchema = z.object({
  profile: name,
  passed: z.boolean(),
  cut: z.boolean(),
  fullCode: z.string(),
  detail: z.string(),
  /** In the folder of the record; absent where only the failures' folders were kept. */
  folder: z.string().optional(),
  entry: historyEntrySchema,
});

const recordSchema = z.object({
  version: z.literal(1),
  shard: z.int().min(1).max(MAX_SHARDS),
  of: z.int().min(1).max(MAX_SHARDS),
  /** Of the whole batch, and of this shard. */
  asked: z.array(z.string()),
  profiles: z.array(z.string()),
  repeats: z.int().min(1),
  /** Absent while it runs: a shard without one broke off. */
  exitStatus: z.int().optional(),
  /** Exit statuses of what ended without a verdict. */
  thrown: z.array(z.int()),
  runs: z.array(runSchema),
});

export type ShardRecord = z.infer<typeof recordSchema>;
export type ShardRun = ShardRecord["runs"][number];

/** Which part of a batch is run. */
export interface Shard extends Pick<ShardRecord, "shard" | "of" | "asked" | "profiles" | "repeats"> {
  /** Of the runs; the record lies in it. */
  readonly runsFolder: string;
}

/** Written twice: before the first run, and with what came of all. @param end undefined: the shard begins */
export function writeShardRecord(
  { runsFolder, ...shard }: Shard,
  end?: Pick<ShardRecord, "exitStatus" | "thrown"> & { readonly results: readonly RunResult[] },
): void {
  const { results = [], exitStatus, thrown = [] } = end ?? {};
  const record: ShardRecord = {
    ...{ version: 1, ...shard, thrown, runs: results.map(runOf) },
    ...(exitStatus === undefined ? {} : { exitStatus }),
  };
  mkdirSync(runsFolder, { recursive: true });
  writeFileSync(join(runsFolder, `shard-${shard.shard}-of-${shard.of}.json`), `${JSON.stringify(record, null, 2)}\n`);
}

function runOf(result: RunResult): ShardRun {
  const { profile, passed, cut, fullCode, detail, artifactsFolder } = result;
  const folder = existsSync(artifactsFolder) ? { folder: basename(artifactsFolder) } : {};
  return { profile, passed, cut, fullCode, detail, ...folder, entry: historyEntryOf(result) };
}

export interface FoundRecord {
  /** Where it lies, and its runs. */
  readonly folder: string;
  readonly record: ShardRecord;
}

/** @returns the records in a folder, and what is wrong with it */
export function readShardRecords(folder: string): { readonly found: FoundRecord[]; readonly problems: string[] } {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    return { found: [], problems: [`${folder}: there is no such folder`] };
  const files = readdirSync(folder).filter((name) => SHARD_FILE.test(name));
  if (files.length === 0)
    return { found: [], problems: [`${folder}: no shard left anything here (shard-K-of-N.json)`] };
  const found: FoundRecord[] = [];
  const problems: string[] = [];
  for (const file of files.sort()) {
    const record = parseRecord(join(folder, file));
    if (record === undefined) problems.push(`${join(folder, file)}: this is no record of a shard`);
    else found.push({ folder, record });
  }
  return { found, problems };
}

function parseRecord(path: string): ShardRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}
