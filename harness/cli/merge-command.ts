import { resolve } from "node:path";
import { passRate } from "../history/confidence.ts";
import { rememberEntry } from "../history/history.ts";
import { seconds } from "../host/seconds.ts";
import { usageError, writeJson, type Command, type CommandIo } from "./command.ts";
import { exitOfShards } from "./exit-codes.ts";
import { historyFolder } from "./shards/costs.ts";
import { mergeShards, type MergedBatch } from "./shards/merge-shards.ts";
import { readShardRecords } from "./shards/shard-record.ts";

export const mergeCommand: Command = {
  name: "merge",
  summary: "the shards of a batch as the one batch that they are",
  usage: "DIR... [--json]",
  teaches: `
Reads what "udpsec test --shard K/N" left in its folder of runs (--output-dir, LOG_DIR, else build/runs), each DIR one such folder, and ends
as the whole batch would have ended. A shard that is missing, broke off, or is there twice, and a profile that two shards ran or none, is
told, and the exit status is then 2. The durations go into the history here, by which the next shards are balanced.`,
  outcomes: {
    passed: "every run of every shard passed",
    checkFailed: "a check failed",
    cannotRun: "usage, set-up of a run, or the shards are not one whole batch",
    timedOut: "nothing worse than a deadline that passed",
  },
  options: { json: { type: "boolean", help: "as data" } },
  takes: "folder",
  examples: ["udpsec merge runs-1 runs-2 runs-3 runs-4", "udpsec merge build/runs --json"],
  async run(parsed, io) {
    if (parsed.positionals.length === 0)
      throw usageError("merge what?", "name the folders of the shards: udpsec merge runs-1 runs-2");
    const read = [...new Set(parsed.positionals.map((folder) => resolve(folder)))].map(readShardRecords);
    const merged = mergeShards(read.flatMap(({ found }) => found));
    const problems = [...read.flatMap((one) => one.problems), ...merged.problems];
    for (const { profile, entry } of merged.runs) rememberEntry(historyFolder(), profile, entry);
    const status = exitOfShards({
      ...merged,
      runs: merged.runs.map(({ passed, entry }) => ({ passed, code: entry.code })),
      problems,
    });
    tell(merged, problems, { status, isJson: parsed.flag("json"), io });
    return status;
  },
};

interface Telling {
  readonly status: number;
  readonly isJson: boolean;
  readonly io: CommandIo;
}

function tell(
  { runs, thrown, asked }: MergedBatch,
  problems: readonly string[],
  { status, isJson, io }: Telling,
): void {
  const passed = runs.filter((run) => run.passed).length;
  const failed = runs.length - passed + thrown.length;
  const skipped = Math.max(0, asked - passed - failed);
  for (const problem of problems) io.stderr.write(`${problem}\n`);
  if (isJson) {
    const names = [...new Set(runs.map(({ profile }) => profile))];
    const rates = names.map((profile) => {
      const itsOwn = runs.filter((run) => run.profile === profile);
      const good = itsOwn.filter((run) => run.passed).length;
      return { profile, passed: good, total: itsOwn.length, ...passRate(good, itsOwn.length) };
    });
    writeJson(io, { version: 1, passed, failed, skipped, exitStatus: status, problems, rates, runs });
    return;
  }
  for (const { profile, passed: isGood, cut, fullCode, detail, from, folder, entry } of runs) {
    const time = `seed ${entry.seed}  ${seconds(entry.machineMs)}`;
    if (isGood) io.stdout.write(`passed${cut ? " (cut)" : ""}  ${profile}  ${time}\n`);
    else
      io.stdout.write(
        `FAILED  ${profile}  ${time}: ${fullCode} - ${detail} (${from}${folder === undefined ? "" : `/${folder}`})\n`,
      );
  }
  const machinesMs = runs.reduce((sum, { entry }) => sum + entry.machineMs, 0);
  io.stdout.write(`machines ran ${seconds(machinesMs)}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}
