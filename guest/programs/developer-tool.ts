/** How a program for development begins and ends: `npm run -s NAME -- ARGUMENT...`. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** What was asked for can't be done as it was asked: told in one line, exit status 2. */
export class ToolUsageError extends Error {
  override readonly name = "ToolUsageError";
  readonly code = "USAGE";
}

/**
 * Runs a program; what it returns becomes the exit status of the process. Errors that aren't about its usage are bugs: they end the process with
 * their stack.
 *
 * @param name whose words its complaints are
 * @param main gets the words of the command line @returns the exit status
 */
export async function runDeveloperTool(
  name: string,
  main: (words: string[]) => number | Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ToolUsageError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 2;
  }
}

/** `parseArgs` whose complaints are about usage. @throws ToolUsageError */
export function readOptions<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new ToolUsageError(error instanceof Error ? error.message : String(error));
  }
}
