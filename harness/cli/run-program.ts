/**
 * How a program of the harness begins and ends: `udpsec` itself, and those beside it that developers run with `npm run -s NAME --
 * ARGUMENT...`.
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { usageError } from "./command.ts";
import { exitOfSignal } from "./exit-codes.ts";
import { programOutput } from "./program-output.ts";
import { reportError } from "./report-error.ts";

/** Of a program that a signal ends as it ends any: nothing has to be told first. */
const NEVER = new AbortController().signal;

/**
 * Runs a program; what it returns becomes the exit status of the process, and so does the error that ends it, once it is told on stderr.
 *
 * @param name whose words its complaints are
 * @param main gets the words of the command line @returns the exit status
 * @param signal aborted with the name of the process signal by which the user wants out
 */
export async function runProgram(
  name: string,
  main: (words: string[]) => Promise<number>,
  signal: AbortSignal = NEVER,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    const status = reportError(error, { stderr: programOutput(process.stderr), signal }, name);
    // Whatever broke after the user's signal, the signal ended it.
    process.exitCode = signal.aborted ? exitOfSignal(signal) : status;
  }
}

/** `parseArgs` whose complaints are about usage. @param name of the npm script @throws HarnessError `usage` */
export function parseOptions<Config extends ParseArgsConfig>(
  name: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw usageError(cause instanceof Error ? cause.message : String(cause), `npm run -s ${name} -- --help`);
  }
}

/**
 * @param word of the command line, undefined when it was left out
 * @param name what the usage calls it
 * @returns a count from 1 to 1000 @throws HarnessError `usage`
 */
export function readCount(word: string | undefined, name: string, fallback: number): number {
  const count = word === undefined ? fallback : Number(word);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw usageError(`${name} is a whole number from 1 to 1000, not ${word ?? ""}`, `without it: ${fallback}`);
}
