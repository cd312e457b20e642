import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FoundRecord, ShardRun } from "./shard-record.ts";

/** Shards as the one batch that they are. */
export interface MergedBatch {
  readonly runs: readonly (ShardRun & { readonly from: string })[];
  /** Exit statuses of what ended without a verdict. */
  readonly thrown: readonly number[];
  /** Of shards that came to their end. */
  readonly exitStatuses: readonly number[];
  /** Asked for in all; 0 if no shard says. */
  readonly asked: number;
  /** What is missing, broken or there twice: of that batch nothing can be said for sure. */
  readonly problems: readonly string[];
}

export function mergeShards(found: readonly FoundRecord[]): MergedBatch {
  const records = found.map(({ record }) => record);
  const [first] = records;
  const asked = (first?.asked.length ?? 0) * (first?.repeats ?? 0);
  return {
    runs: found.flatMap(({ folder, record }) => record.runs.map((run) => ({ ...run, from: folder }))),
    thrown: records.flatMap(({ thrown }) => thrown),
    exitStatuses: records.flatMap(({ exitStatus }) => exitStatus ?? []),
    asked,
    problems:
      first === undefined
        ? ["there is no shard"]
        : [...strangers(found), ...gaps(found), ...doubles(found), ...broken(found)],
  };
}

/** Shards of another batch: another number of them, or other profiles. */
function strangers(found: readonly FoundRecord[]): string[] {
  const [first, ...others] = found;
  if (first === undefined) return [];
  const about = ({ record: { of, asked, repeats } }: FoundRecord): string =>
    JSON.stringify([of, [...asked].sort(), repeats]);
  return others
    .filter((other) => about(other) !== about(first))
    .map(
      (other) =>
        `${nameOf(other)} is of another batch than ${nameOf(first)}: other profiles, repeats or number of shards`,
    );
}

function gaps(found: readonly FoundRecord[]): string[] {
  const [first] = found;
  if (first === undefined) return [];
  const { of, asked } = first.record;
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter(
    (shard) => !found.some(({ record }) => record.shard === shard),
  );
  const dealt = new Set(found.flatMap(({ record }) => record.profiles));
  const left = missing.length > 0 ? [] : asked.filter((name) => !dealt.has(name));
  return [
    ...missing.map((shard) => `shard ${shard} of ${of} is missing`),
    ...left.map((name) => `no shard ran ${name}: they knew different durations`),
  ];
}

function doubles(found: readonly FoundRecord[]): string[] {
  const problems: string[] = [];
  const shards = new Map<number, FoundRecord>();
  const profiles = new Map<string, FoundRecord>();
  for (const one of found) {
    const { shard, profiles: names } = one.record;
    const twin = shards.get(shard);
    if (twin !== undefined) problems.push(`${nameOf(one)} is there twice: in ${twin.folder} and ${one.folder}`);
    else shards.set(shard, one);
    for (const name of names) {
      const other = profiles.get(name);
      if (other === undefined) profiles.set(name, one);
      else if (twin === undefined) problems.push(`two shards ran ${name}: ${other.record.shard} and ${shard}`);
    }
  }
  return problems;
}

function broken(found: readonly FoundRecord[]): string[] {
  return found.flatMap((one) => {
    const { record, folder } = one;
    if (record.exitStatus === undefined) return [`${nameOf(one)} broke off: it left no exit status`];
    return record.runs.flatMap((run) =>
      run.folder === undefined || existsSync(join(folder, run.folder, "summary.json"))
        ? []
        : [`${nameOf(one)} lacks the folder of a run: ${join(folder, run.folder)}`],
    );
  });
}

function nameOf({ record }: FoundRecord): string {
  return `shard ${record.shard} of ${record.of}`;
}
