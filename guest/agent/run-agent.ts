/** From the words of the command line to the exit status; what the agent carries is told by the program that starts it. */
import type { GuestConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { ConfigurationError } from "../../contract/field-reader.ts";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { NodeClock } from "../node/clock.ts";
import { FileConsole } from "../node/console.ts";
import { tellCrashes } from "./crash.ts";
import { type AgentCommand, parseCommandLine, UsageError } from "./command-line.ts";
import { type AgentParts, checkCarried } from "./agent-parts.ts";
import { reportMemory } from "./memory-reports.ts";
import { CONSOLE_FILE } from "./process-messages.ts";
import { runAlone } from "./run-alone.ts";
import { runProcess } from "./run-process.ts";
import { openPrivate, readSecret } from "./secret-files.ts";
import { supervise } from "./supervisor.ts";

const EXIT_USAGE = 2;

async function run(parts: AgentParts): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.name === "process") return await runProcess(parts);
  if (command.name === "alone") return await runAlone(command, parts);
  const eventFile = openEvents(command);
  const console = new FileConsole({ consoleFile: CONSOLE_FILE, eventFile, source: "agent", clock: new NodeClock() });
  tellCrashes(console, { source: "agent", eventFile });
  try {
    const configuration = await readConfiguration(command, parts, console);
    checkCarried(configuration, parts);
    const { run, node } = configuration;
    console.event(EventKind.PROCESS_STARTED, { run, node, pid: process.pid });
    reportMemory(console);
    return await supervise({ configuration, console, eventFile });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.event(EventKind.FATAL, { code: error.code, key: error.key, message: error.message });
    console.line(`agent: ${error.message}`);
    return EXIT_USAGE;
  }
}

type SupervisingCommand = Exclude<AgentCommand, { name: "process" | "alone" }>;

async function readConfiguration(
  command: SupervisingCommand,
  parts: AgentParts,
  console: FileConsole,
): Promise<GuestConfiguration> {
  switch (command.name) {
    case "plain":
      return parseGuestConfiguration(readConfigurationFile(command.configFile, console));
    case "local-world":
      if (parts.localWorld === undefined) throw new UsageError("this program has no local world");
      return { ...(await parts.localWorld()), lingerMs: command.lingerMs };
  }
}

/** @throws ConfigurationError */
function readConfigurationFile(path: string, console: FileConsole): string {
  try {
    const { text, readableMode } = readSecret(path);
    if (readableMode !== undefined) {
      console.event(EventKind.SECRET_READABLE, { file: path, mode: readableMode });
      console.line(`agent: ${path} holds a secret seed and can be read by others (mode ${readableMode}): chmod 600 it`);
    }
    return text;
  } catch (error) {
    throw new ConfigurationError("", `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function openEvents(command: SupervisingCommand): number | undefined {
  if (command.eventFile === undefined) return undefined;
  try {
    return openPrivate(command.eventFile);
  } catch (error) {
    throw new UsageError(`--events can't be written (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Runs the program and ends the process with its exit status. */
export function runAgent(parts: AgentParts): void {
  // Nothing is left to do afterwards; what a runtime may still hold open must not keep a machine on.
  run(parts).then(
    (status) => process.exit(status),
    (error: unknown) => {
      if (error instanceof ConfigurationError) {
        process.stderr.write(`agent: ${error.message}\n`);
        process.exit(EXIT_USAGE);
      }
      if (!(error instanceof UsageError)) throw error;
      process.stderr.write(`agent: ${error.message}\nusage: ${error.hint}\n`);
      process.exit(EXIT_USAGE);
    },
  );
}
