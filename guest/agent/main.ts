/** What the image starts, and what runs as a plain process on a host: one bundle for all of them. */
import { openSync, readFileSync } from "node:fs";
import type { GuestConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { ConfigurationError } from "../../contract/field-reader.ts";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { NodeClock } from "../node/clock.ts";
import { FileConsole } from "../node/console.ts";
import { type AgentCommand, parseCommandLine, UsageError } from "./command-line.ts";
import { openEventPort, readGuestConfiguration } from "./guest-files.ts";
import { localWorldConfiguration } from "./local-world.ts";
import { CONSOLE_FILE } from "./process-messages.ts";
import { runProcess } from "./run-process.ts";
import { supervise } from "./supervisor.ts";

const EXIT_USAGE = 2;

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.name === "process") return await runProcess();
  const eventFile = await openEvents(command);
  const console = new FileConsole({ consoleFile: CONSOLE_FILE, eventFile, source: "agent", clock: new NodeClock() });
  process.on("uncaughtExceptionMonitor", (error, origin) => {
    console.event(EventKind.FATAL, { code: origin, message: String(error) });
  });
  try {
    const configuration = await readConfiguration(command);
    const { run, node } = configuration;
    console.event(EventKind.PROCESS_STARTED, { run, node, pid: process.pid });
    return await supervise({ configuration, console, eventFile, hasNamespaces: command.name === "guest" });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.event(EventKind.FATAL, { code: error.code, key: error.key, message: error.message });
    console.line(`agent: ${error.message}`);
    return EXIT_USAGE;
  }
}

type SupervisingCommand = Exclude<AgentCommand, { name: "process" }>;

async function readConfiguration(command: SupervisingCommand): Promise<GuestConfiguration> {
  switch (command.name) {
    case "guest":
      return parseGuestConfiguration(await readGuestConfiguration());
    case "plain":
      return parseGuestConfiguration(readConfigurationFile(command.configFile));
    case "local-world":
      return await localWorldConfiguration();
  }
}

/** @throws ConfigurationError */
function readConfigurationFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigurationError("", `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

async function openEvents(command: SupervisingCommand): Promise<number | undefined> {
  if (command.name === "guest") return await openEventPort();
  if (command.eventFile === undefined) return undefined;
  try {
    return openSync(command.eventFile, "a");
  } catch (error) {
    throw new UsageError(`--events can't be written (${error instanceof Error ? error.message : String(error)})`);
  }
}

// Nothing is left to do afterwards; what a runtime may still hold open must not keep a machine on.
main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`agent: ${error.message}\nusage: ${error.hint}\n`);
    process.exit(EXIT_USAGE);
  },
);
