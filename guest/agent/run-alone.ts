/**
 * One process of a guest, started by its init as a user of its own: its configuration is a file that no other user can read, and it asks
 * for no privilege. Init tells it by files what a process of a host hears from the agent over a channel.
 */
import { existsSync, writeFileSync } from "node:fs";
import type { GuestConfiguration } from "../../contract/configuration.ts";
import { ConfigurationError } from "../../contract/field-reader.ts";
import { EventKind } from "../../contract/events.ts";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { type AgentParts, checkCarried } from "./agent-parts.ts";
import type { AgentCommand } from "./command-line.ts";
import { type ProcessLife, runConfigured, startedConsole } from "./run-process.ts";
import { readSecret } from "./secret-files.ts";

const START_POLL_MS = 50;

type AloneCommand = Extract<AgentCommand, { name: "alone" }>;

/** @returns the exit code @throws ConfigurationError, UsageError */
export async function runAlone(command: AloneCommand, parts: AgentParts): Promise<number> {
  const { source, eventFile, readyFile, startFile } = command;
  const { process: configuration, ...told } = theOnlyProcess(readSecret(command.configFile).text, parts);
  const console = startedConsole({ source, eventFile });
  let onGoodbye: () => void = () => undefined;
  const life: ProcessLife = {
    started: fileThere(startFile),
    goodbye: new Promise((resolve) => (onGoodbye = resolve)),
    onReady: () => writeFileSync(readyFile, ""),
    onLastGoodbye: () => onGoodbye(),
    // Init restarts nobody: the probe that waits for it has its own bound.
    onRestartAwaited: () => undefined,
  };
  const status = await runConfigured({ ...told, configuration, source }, console, life, parts);
  if (configuration.kind === "selftest") {
    // Who hears of the end may type ^C at once: it no longer means this process.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
    console.event(EventKind.PROCESS_ENDED, { process: source, status, signal: null, expected: status === 0 });
  }
  return status;
}

function theOnlyProcess(text: string, parts: AgentParts) {
  const whole: GuestConfiguration = parseGuestConfiguration(text);
  checkCarried(whole, parts);
  const [process, more] = whole.processes;
  if (process === undefined || more !== undefined) throw new ConfigurationError("processes", "must be one here");
  const { run, node, keyLog, qlogBytes, lingerMs } = whole;
  return { run, node, keyLog, qlogBytes, lingerMs, process };
}

/** Init makes one for each self-test: once all daemons are ready, and the self-test before it has ended. A daemon never waits for one. */
async function fileThere(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
}
