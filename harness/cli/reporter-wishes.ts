import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nearestName } from "../../contract/nearest-name.ts";
import { HarnessError } from "../host/harness-error.ts";
import { REPORTERS } from "../report/reporters/index.ts";
import { jobSummary } from "../report/reporters/github.ts";
import type { CommandOutcome, Reporter } from "../report/reporters/reporter.ts";
import { usageError, type CommandIo } from "./command.ts";
import { toldWhile } from "./long-work.ts";
import { reportError } from "./report-error.ts";

/** What `--reporter` takes. */
export const REPORTER_NAMES = ["list", "json", "junit", "ctrf", "tap", "github", "html"] as const;
type ReporterName = (typeof REPORTER_NAMES)[number];

/** One report of all runs of a command. */
export interface ReporterWish {
  readonly name: ReporterName;
  /** Absolute. Undefined: stdout. */
  readonly file: string | undefined;
}

/**
 * @param written `NAME` or `NAME=FILE`, each @param runsFolder where the files of those are that don't belong on stdout
 * @throws HarnessError `usage` for an unknown name, a file that can't be written, and for two that would share stdout
 */
export function readReporters(written: readonly string[], isJson: boolean, runsFolder: string): ReporterWish[] {
  const wishes = [...written, ...(isJson ? ["json"] : [])].map((one) => readReporter(one, runsFolder));
  const [first, second] = wishes.filter(takesStdout);
  if (first !== undefined && second !== undefined && first.name !== second.name)
    throw usageError(
      `--reporter ${first.name} and ${second.name} would both write to stdout`,
      `give one a file: --reporter ${second.name}=FILE`,
    );
  return wishes.filter(
    (wish, at) => at === wishes.findIndex(({ name, file }) => name === wish.name && file === wish.file),
  );
}

function readReporter(written: string, runsFolder: string): ReporterWish {
  const [, word = written, path] = /^([^=]*)=(.*)$/s.exec(written) ?? [];
  const name = REPORTER_NAMES.find((known) => known === word);
  if (name === undefined) {
    const near = nearestName(word, REPORTER_NAMES);
    const hint = near === undefined ? `there are: ${REPORTER_NAMES.join(", ")}` : `did you mean ${near}?`;
    throw usageError(`no reporter ${word}`, hint);
  }
  const { standardFile }: Reporter = REPORTERS[name];
  if (path === "") throw usageError(`--reporter ${written}: no file`, `--reporter ${name}=FILE, or without the sign`);
  if (path !== undefined) {
    const file = resolve(path);
    checkWritable(file);
    return { name, file };
  }
  if (standardFile === undefined) return { name, file: undefined };
  const file = join(runsFolder, standardFile);
  // Whether anything can be written there the runs find out.
  rmSync(file, { force: true });
  return { name, file };
}

/** Before anything runs: hours later nobody wants to hear of it. What an earlier command left there must not be taken for this one's. */
function checkWritable(file: string): void {
  try {
    // One level: made recursively, a folder in /proc keeps Node 20 busy for ever.
    if (!existsSync(dirname(file))) mkdirSync(dirname(file));
    writeFileSync(file, "");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("usage", `--reporter: ${file} can't be written: ${why}`, "name another file", { cause });
  }
}

/**
 * A guest's console must not command the workflow: what is printed until the reports is text.
 *
 * @returns a word that ends that, or undefined where nobody reads commands
 */
export function silenceCommands(wishes: readonly ReporterWish[], io: CommandIo): string | undefined {
  if (io.environment["GITHUB_ACTIONS"] !== "true" || !wishes.some(({ name }) => name === "github")) return undefined;
  const word = randomUUID();
  io.stdout.write(`::stop-commands::${word}\n`);
  return word;
}

/** A report that is data has stdout to itself: what is for people goes to stderr. */
export function takesStdout({ name, file }: ReporterWish): boolean {
  return file === undefined && name !== "list" && name !== "github";
}

/**
 * Writes every report; one that can't be written costs no other.
 *
 * @returns exit statuses of those that could not be written
 */
export async function writeReports(
  wishes: readonly ReporterWish[],
  outcome: CommandOutcome,
  io: CommandIo,
): Promise<number[]> {
  const failed: number[] = [];
  for (const wish of wishes) {
    // `list` without a file is what everybody sees anyway.
    if (wish.name === "list" && wish.file === undefined) continue;
    try {
      await writeReport(wish, outcome, io);
    } catch (error) {
      failed.push(reportError(error, io));
    }
  }
  return failed;
}

async function writeReport({ name, file }: ReporterWish, outcome: CommandOutcome, io: CommandIo): Promise<void> {
  const announce = (line: string): void => void io.stderr.write(`udpsec: ${line}\n`);
  const { standardFile }: Reporter = REPORTERS[name];
  const text = await toldWhile(`report ${name}`, io, async (step) => {
    const line = (words: string): void => {
      step("");
      announce(words);
    };
    return REPORTERS[name].closing(outcome, line, step);
  });
  if (file === undefined) io.stdout.write(text);
  else {
    // Where no run began there is no folder of runs yet.
    if (standardFile !== undefined) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    // For people, who want to open it.
    if (standardFile !== undefined) announce(`report: ${file}`);
  }
  const summary = io.environment["GITHUB_STEP_SUMMARY"] ?? "";
  if (name === "github" && summary !== "") appendFileSync(summary, jobSummary(outcome));
}
