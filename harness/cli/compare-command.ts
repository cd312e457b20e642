import { compareRuns } from "../compare/compare-runs.ts";
import { basename } from "node:path";
import { lastGreenRun } from "../compare/last-green.ts";
import { findRun } from "../compare/run-folder.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

export const compareCommand: Command = {
  name: "compare",
  summary: "where two runs part: rung, event, packet, metric",
  usage: "[[GOOD] BAD] [--json]",
  teaches: `
Puts two finished runs side by side and shows the first place where they differ: which rung came next, which event each process
wrote, which packet crossed each NIC, and the rung whose time differs most. A run is its folder, the name of it, or latest. One run alone is
compared with the last green run of its profile, and without any it is the latest that is; which one, is said.`,
  outcomes: { passed: "nothing differs but time and packets", checkFailed: "something differs" },
  options: {
    json: { type: "boolean", help: "as data" },
    ...RUNS_FOLDER_OPTION,
  },
  takes: "run",
  examples: ["udpsec compare", "udpsec compare latest", "udpsec compare udp-sec--20260101T120000000Z--1 latest"],
  async run(parsed, io) {
    const runs = parsed.positionals;
    if (runs.length > 2)
      throw usageError("two runs are compared: udpsec compare GOOD BAD", "their folders are in build/runs");
    const runsFolder = runsFolderOf(parsed, io);
    const bad = findRun(runs.at(-1) ?? "latest", runsFolder);
    const [named] = runs.slice(0, -1);
    const good = named === undefined ? lastGreenRun(bad, runsFolder) : findRun(named, runsFolder);
    if (named === undefined)
      io.stderr.write(`udpsec: ${basename(bad)} beside the last green run of its profile, ${basename(good)}\n`);
    const partings = await compareRuns(good, bad);
    if (parsed.flag("json")) writeJson(io, partings);
    else {
      for (const { kind, where, good: left, bad: right } of partings)
        io.stdout.write(`${kind.padEnd(7)}  ${where}\n         good: ${left}\n         bad:  ${right}\n`);
      if (partings.length === 0) io.stdout.write("the runs don't differ\n");
    }
    return partings.some(({ kind }) => kind !== "packet" && kind !== "metric") ? EXIT.checkFailed : EXIT.passed;
  },
};
