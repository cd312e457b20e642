import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { suggestion } from "../../contract/nearest-name.ts";
import { findRun } from "../compare/run-folder.ts";
import { readSummary } from "../compare/finished-summary.ts";
import { HarnessError } from "../host/harness-error.ts";
import { qlogFile } from "../qlog/qlog-file.ts";
import { qlogOfRun } from "../qlog/run-qlog.ts";
import { writeError } from "../run/result/artifact-folder.ts";
import { usageError, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { toldWhile } from "./long-work.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

export const QLOG_FILE = "run.qlog";

export const qlogCommand: Command = {
  name: "qlog",
  summary: "a run as qlog, a trace for each vantage point",
  usage: "[RUN] [--node NODE] [--output FILE]",
  teaches: `
Writes one qlog file of a finished run: what its processes told of their endpoints, with windows, losses and timers, if the run was asked for it
(udpsec test --qlog, or qlog = true in a profile), and what passed the NIC of each machine, whoever ran in it, with all that is acknowledged. All
times are on the run's clock. What a process told is its word; what passed its NIC is not. A run is its folder, the name of it, or latest (default).`,
  options: {
    node: { type: "string", value: "NODE", help: "of this machine alone, e.g. a" },
    output: { type: "string", value: "FILE", help: `default: ${QLOG_FILE} in the run's folder` },
    ...RUNS_FOLDER_OPTION,
  },
  outcomes: {
    checkFailed: "not all of it is in the file",
    cannotRun: "usage, no such run, or nothing in it to be traced",
  },
  takes: "run",
  examples: ["udpsec qlog", "udpsec qlog latest --node a --output a.qlog"],
  async run(parsed, io) {
    const [run = "latest", more] = parsed.positionals;
    if (more !== undefined) throw usageError("one run at a time", "udpsec qlog RUN --node NODE");
    const folder = findRun(run, runsFolderOf(parsed, io));
    const node = parsed.text("node");
    const nodes = readSummary(folder).nodes.map(({ name }) => name);
    if (node !== undefined && !nodes.includes(node))
      throw usageError(`no machine ${node} in this run${suggestion(node, nodes)}`, `there are: ${nodes.join(", ")}`);
    const { summary, traces, problems } = await toldWhile("qlog", io, () => qlogOfRun(folder, node));
    if (traces.length === 0)
      throw new HarnessError("run-without-trace", `nothing in ${folder} can be traced`, "udpsec test PROFILE --qlog");
    const path = resolve(parsed.text("output") ?? join(folder, QLOG_FILE));
    try {
      writeFileSync(path, qlogFile(summary, traces));
    } catch (cause) {
      throw writeError(path, cause);
    }
    const lines = traces.map(({ vantagePoint, events }) => `  ${vantagePoint.name}: ${events.length} events\n`);
    io.stdout.write(`${path}: ${traces.length} traces\n${lines.join("")}`);
    for (const problem of problems) io.stderr.write(`udpsec: ${problem}\n`);
    return problems.length === 0 ? EXIT.passed : EXIT.checkFailed;
  },
};
