/**
 * `npm run -s mutate -- --room NAME`: changes the code of one room of the core in a thousand small ways and asks its tests which
 * they notice. Prints the score and what survived; exit 1 below 80 %, 2 if it could not be told. Works on a copy of the project.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { judgeMutants, type MutationReport } from "./mutation-report.ts";

const MINIMUM_PERCENT = 80;

interface Room {
  readonly code: readonly string[];
  readonly tests: readonly string[];
}

const CORE = "guest/core";
const UDP_SEC = `${CORE}/udp-sec`;
const roomAt = (folder: string): Room => ({ code: [`${folder}/*.ts`], tests: [`${folder}/*.test.ts`] });

const ROOMS: Readonly<Record<string, Room>> = {
  packet: {
    code: [`${UDP_SEC}/packet/*.ts`, `${UDP_SEC}/header.ts`],
    tests: [`${UDP_SEC}/packet/*.test.ts`, `${UDP_SEC}/header.test.ts`],
  },
  recovery: roomAt(`${UDP_SEC}/recovery`),
  congestion: roomAt(`${UDP_SEC}/congestion`),
  reassembly: roomAt(`${UDP_SEC}/stream`),
  noise: roomAt(`${CORE}/noise`),
};

const root = resolve(import.meta.dirname, "../..");

async function main(): Promise<number> {
  const asked = readArguments(process.argv.slice(2));
  if (typeof asked === "string") {
    process.stderr.write(
      `mutate: ${asked}\nusage: npm run -s mutate -- --room ${Object.keys(ROOMS).join("|")} [--concurrency N]\n`,
    );
    return 2;
  }
  const { name, room, concurrency } = asked;
  const folder = join(root, "build/mutate", name);
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
  if (text === "") {
    process.stderr.write(`mutate: Stryker gave no report (exit ${exitCode ?? "by a signal"})\n`);
    return 2;
  }
  const { lines, percent } = judgeMutants(JSON.parse(text) as MutationReport);
  process.stdout.write(`${lines.join("\n")}\n${name}: ${percent.toFixed(1)} % (at least ${MINIMUM_PERCENT} %)\n`);
  return percent >= MINIMUM_PERCENT ? 0 : 1;
}

interface Asked {
  readonly name: string;
  readonly room: Room;
  readonly concurrency: number;
}

/** @returns what is asked for, or what is wrong with the question */
function readArguments(words: readonly string[]): Asked | string {
  try {
    const options = { room: { type: "string" }, concurrency: { type: "string", default: "1" } } as const;
    const { values } = parseArgs({ args: [...words], options });
    const name = values.room ?? "";
    const room = ROOMS[name];
    const concurrency = Number(values.concurrency);
    if (room === undefined) return name === "" ? "which room?" : `there is no room ${name}`;
    if (!Number.isInteger(concurrency) || concurrency < 1) return `--concurrency ${values.concurrency} is no count`;
    return { name, room, concurrency };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function writeConfiguration(folder: string, room: Room, reportFile: string, concurrency: number): string {
  const vitestFile = join(folder, "vitest.config.mjs");
  const include = JSON.stringify(room.tests);
  writeFileSync(vitestFile, `export default { test: { include: ${include}, testTimeout: 30_000 } };\n`);
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

process.exitCode = await main();
