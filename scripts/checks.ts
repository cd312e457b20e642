/**
 * Everything that must hold before a change lands, in order from cheap to dear. Behind `scripts/test.sh`; its last line counts
 * over all stages: `N passed, N failed, N skipped`.
 */
import type { ParseArgsConfig } from "node:util";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { readOptions, runDeveloperTool, ToolUsageError } from "../guest/programs/developer-tool.ts";
import { toldWhile } from "../harness/cli/long-work.ts";
import { programOutput } from "../harness/cli/program-output.ts";
import { STAGES, type Stage } from "./stages.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const COUNT_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
const LOG_DIR = join("build", "checks");
const TAIL_LINES = 60;

const HELP = `usage: ./scripts/test.sh [--thorough] [--only STAGE]... [--list]

Runs every check, from cheap to dear, and ends with "N passed, N failed, N skipped" over all of them.

  --thorough    all virtual-world scenarios x 200 seeds, all VM profiles, all sabotages (hours of virtual time)
  --only STAGE  just this stage (repeatable); --list names them
  --list        the stages and what each runs

Exit status: 0 all passed, 1 something failed, 2 usage or set-up.
Logs of every stage: ${LOG_DIR}/STAGE.log
`;

const OPTIONS = {
  thorough: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

await runDeveloperTool("test.sh", main);

async function main(args: string[]): Promise<number> {
  const { values } = readOptions({ args, options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stages = STAGES.filter((stage) => (values.thorough ? stage.when !== "plain" : stage.when !== "thorough"));
  if (values.list) {
    for (const stage of stages) process.stdout.write(`${stage.name.padEnd(14)} ${stage.command.join(" ")}\n`);
    return 0;
  }
  const unknown = values.only.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new ToolUsageError(`no stage ${unknown.join(", ")}; there are ${stages.map((s) => s.name).join(", ")}`);
  }
  const chosen = values.only.length === 0 ? stages : stages.filter((stage) => values.only.includes(stage.name));
  mkdirSync(LOG_DIR, { recursive: true });
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  let setUpFailed = false;
  for (const stage of chosen) {
    const result = await runStage(stage);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    setUpFailed ||= result.exitCode === 2 && stage.counted === "closing-line";
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  if (total.failed === 0) return 0;
  return setUpFailed ? 2 : 1;
}

async function runStage(stage: Stage): Promise<Counts & { exitCode: number | undefined }> {
  const startedMs = performance.now();
  process.stdout.write(`     ${stage.name}: ${stage.command.join(" ")}\n`);
  const [file = "", ...args] = stage.command;
  const running = () =>
    execa(file, args, { all: true, reject: false, preferLocal: true, stdin: "ignore", env: { CI: "true" } });
  const told = { stderr: programOutput(process.stderr), environment: process.env };
  const result = await toldWhile(stage.name, told, running);
  const output = result.all;
  writeFileSync(join(LOG_DIR, `${stage.name}.log`), output);
  const counts =
    stage.counted === "exit-status" ? countExit(result.exitCode) : countClosingLine(output, result.exitCode);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const ok = counts.failed === 0;
  process.stdout.write(
    `${ok ? "ok  " : "FAIL"} ${stage.name} (${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${seconds} s)\n`,
  );
  if (!ok) {
    process.stdout.write(`${output.split("\n").slice(-TAIL_LINES).join("\n")}\n`);
    const thorough = stage.when === "thorough" ? "--thorough " : "";
    process.stdout.write(
      `     again: ./scripts/test.sh ${thorough}--only ${stage.name}   log: ${LOG_DIR}/${stage.name}.log\n`,
    );
  }
  return { ...counts, exitCode: result.exitCode };
}

function countExit(exitCode: number | undefined): Counts {
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** A stage that counts must say so, have run something, and agree with its own exit status. */
function countClosingLine(output: string, exitCode: number | undefined): Counts {
  const line = output
    .trimEnd()
    .split("\n")
    .findLast((text) => COUNT_LINE.test(text.trim()));
  const match = COUNT_LINE.exec(line?.trim() ?? "");
  if (match === null) return { passed: 0, failed: 1, skipped: 0 };
  const counts = { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
  const ranNothing = counts.passed + counts.failed === 0;
  const disagrees = exitCode !== 0 && counts.failed === 0;
  if (ranNothing || disagrees) counts.failed += 1;
  return counts;
}
