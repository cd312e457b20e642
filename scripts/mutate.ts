/**
 * `npm run -s mutate -- --room NAME`: changes the code of a room of the core in a thousand small ways and asks its tests which they
 * notice. Prints what survived and the score; with `--room all` a table of all rooms at the end. Exit 1 if a room is below its
 * bound, 2 if it could not be told. Works on a copy of the project.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { execa } from "execa";
import { readOptions, runDeveloperTool, ToolUsageError } from "../guest/programs/developer-tool.ts";
import { judgeMutants, type MutationReport, type MutationScore } from "./mutation-report.ts";
import { MUTATION_ROOMS, type MutationRoom } from "./mutation-rooms.ts";

const root = resolve(import.meta.dirname, "../..");

const HELP = `usage: npm run -s mutate -- --room all|NAME [--concurrency N]

Changes the code of a room of the core in a thousand small ways and asks its tests which they notice. Minutes to an hour for a room.

  --room NAME      all, or one of ${MUTATION_ROOMS.map(({ name }) => name).join(", ")}
  --concurrency N  how many changed copies are tried at once (default 1)

Exit status: 0 every room reached its bound, 1 one did not, 2 usage, or it could not be told.
`;

const OPTIONS = {
  room: { type: "string", default: "" },
  concurrency: { type: "string", default: "1" },
  help: { type: "boolean", default: false },
} as const;

await runDeveloperTool("mutate", main);

async function main(args: string[]): Promise<number> {
  const { values } = readOptions({ args, options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const concurrency = Number(values.concurrency);
  const rooms = MUTATION_ROOMS.filter(({ name }) => values.room === "all" || values.room === name);
  if (rooms.length === 0)
    throw new ToolUsageError(values.room === "" ? "which --room?" : `there is no room ${values.room}`);
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new ToolUsageError(`--concurrency ${values.concurrency} is no count`);
  const table: string[] = [];
  let status = 0;
  for (const room of rooms) {
    const score = await mutate(room, concurrency);
    if (score === undefined) status = 2;
    else {
      process.stdout.write(`${score.lines.join("\n")}\n`);
      if (score.percent < room.minimumPercent) status = Math.max(status, 1);
    }
    table.push(describeScore(room, score));
  }
  process.stdout.write(`${table.join("\n")}\n`);
  return status;
}

function describeScore({ name, minimumPercent }: MutationRoom, score: MutationScore | undefined): string {
  if (score === undefined) return `${name.padEnd(12)} not told`;
  const { percent, mutants } = score;
  const words = percent >= minimumPercent ? "" : " BELOW";
  return `${name.padEnd(12)} ${String(mutants).padStart(5)} mutants ${percent.toFixed(1).padStart(5)} % (at least ${minimumPercent} %)${words}`;
}

/** @returns undefined if Stryker gave no report */
async function mutate(room: MutationRoom, concurrency: number): Promise<MutationScore | undefined> {
  const folder = join(root, "build/mutate", room.name);
  mkdirSync(folder, { recursive: true });
  const reportFile = join(folder, "report.json");
  const configFile = writeConfiguration(folder, room, reportFile, concurrency);
  writeFileSync(reportFile, "");
  const stryker = join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const { exitCode } = await execa(process.execPath, [stryker, "run", configFile], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    reject: false,
  });
  const text = readFileSync(reportFile, "utf8");
  if (text !== "") return judgeMutants(JSON.parse(text) as MutationReport);
  process.stderr.write(`mutate: ${room.name}: Stryker gave no report (exit ${exitCode ?? "by a signal"})\n`);
  return undefined;
}

function writeConfiguration(folder: string, room: MutationRoom, reportFile: string, concurrency: number): string {
  const vitestFile = join(folder, "vitest.config.mjs");
  // Most of a mutant's time would go into loading the same modules for each file of tests.
  const isolate = false;
  const tests = JSON.stringify({ include: room.tests, exclude: room.slowTests, testTimeout: 30_000, isolate });
  writeFileSync(vitestFile, `export default { test: ${tests} };\n`);
  const configFile = join(folder, "stryker.config.json");
  const configuration = {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    // Copied into the sandbox with the rest.
    vitest: { configFile: relative(root, vitestFile), related: false },
    mutate: [...room.code, "!**/*.test.ts", "!**/*.fixture.ts"],
    // Texts are for people, and names of a union are the compiler's to check.
    mutator: { excludedMutations: ["StringLiteral"] },
    coverageAnalysis: "perTest",
    concurrency,
    timeoutMS: 5_000,
    allowConsoleColors: false,
    reporters: ["progress-append-only", "json"],
    jsonReporter: { fileName: reportFile },
    tempDirName: "build/mutate/sandbox",
    ignorePatterns: ["build/*", `!build/mutate`, "build/mutate/sandbox", "coverage", "reports"],
    checkers: [],
  };
  writeFileSync(configFile, `${JSON.stringify(configuration, undefined, 2)}\n`);
  return configFile;
}
