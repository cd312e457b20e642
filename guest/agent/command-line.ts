/** What the agent was started for. */
export type AgentCommand =
  /** In a guest: one process, started by its init. */
  | {
      readonly name: "alone";
      readonly configFile: string;
      readonly source: string;
      /** Descriptor of the event port, which init opened. */
      readonly eventFile: number;
      /** Of a daemon, which writes to it when it serves. Init made it, and waits at its other end. */
      readonly readyFile: string;
      /** A self-test waits until it is there. */
      readonly startFile: string;
    }
  /** As a plain process: no namespaces, console on stdout. */
  | { readonly name: "plain"; readonly configFile: string; readonly eventFile: string | undefined }
  /** Two daemons and self-tests on loopback. */
  | {
      readonly name: "local-world";
      readonly eventFile: string | undefined;
      /** How long the daemons go on after the last self-test, unless they are told to end. */
      readonly lingerMs: number;
    }
  /** One process of the configuration; what it is comes from its parent. */
  | { readonly name: "process" };

export class UsageError extends Error {
  readonly code = "USAGE";
  readonly hint = "agent.mjs [--config FILE | --local-world [--linger MS]] [--events FILE]";

  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** @param words after the program's name @throws UsageError */
export function parseCommandLine(words: readonly string[]): AgentCommand {
  let configFile: string | undefined;
  let eventFile: string | undefined;
  if (words[0] === "--alone") return parseAlone(words.slice(1));
  let lingerMs: number | undefined;
  let isLocalWorld = false;
  let isProcess = false;
  for (let at = 0; at < words.length; at += 1) {
    switch (words[at]) {
      case "--config":
        configFile = valueAfter(words, at);
        at += 1;
        break;
      case "--events":
        eventFile = valueAfter(words, at);
        at += 1;
        break;
      case "--linger":
        lingerMs = lingerIn(words, at);
        at += 1;
        break;
      case "--local-world":
        isLocalWorld = true;
        break;
      case "--process":
        isProcess = true;
        // Its value, the index, is for people who look at the list of processes.
        at += 1;
        break;
      default:
        throw new UsageError(`unknown word ${words[at] ?? ""}`);
    }
  }
  if (isProcess) return { name: "process" };
  if (isLocalWorld && configFile !== undefined) throw new UsageError("--local-world makes its own configuration");
  if (isLocalWorld) return { name: "local-world", eventFile, lingerMs: lingerMs ?? 0 };
  if (lingerMs !== undefined) throw new UsageError("--linger goes with --local-world: a configuration has its own");
  if (configFile !== undefined) return { name: "plain", configFile, eventFile };
  throw new UsageError(eventFile === undefined ? "what is it to run?" : "--events goes with --config or --local-world");
}

/** All in one order: only init writes these words. */
function parseAlone(words: readonly string[]): AgentCommand {
  const [configFile, source, eventFile, readyFile, startFile, ...more] = words;
  if (startFile === undefined || more.length > 0) throw new UsageError("--alone is for the init of a guest");
  const [config, name, file, ready] = [configFile ?? "", source ?? "", Number(eventFile), readyFile ?? ""];
  return { name: "alone", configFile: config, source: name, eventFile: file, readyFile: ready, startFile };
}

function valueAfter(words: readonly string[], at: number): string {
  const value = words[at + 1];
  if (value === undefined || value.startsWith("--")) throw new UsageError(`${words[at] ?? ""} needs a file`);
  return value;
}

function lingerIn(words: readonly string[], at: number): number {
  const value = words[at + 1] ?? "";
  if (!/^[0-9]{1,7}$/.test(value)) throw new UsageError("--linger needs a number of milliseconds");
  return Number(value);
}
