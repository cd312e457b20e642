/** What the agent was started for. */
export type AgentCommand =
  /** In a guest: the configuration comes from QEMU. */
  | { readonly name: "guest" }
  /** As a plain process: no namespaces, console on stdout. */
  | { readonly name: "plain"; readonly configFile: string; readonly eventFile: string | undefined }
  /** Two daemons and self-tests on loopback. */
  | { readonly name: "local-world"; readonly eventFile: string | undefined }
  /** One process of the configuration; what it is comes from its parent. */
  | { readonly name: "process" };

export class UsageError extends Error {
  readonly code = "USAGE";
  readonly hint = "agent.mjs [--config FILE | --local-world] [--events FILE]";

  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** @param words after the program's name @throws UsageError */
export function parseCommandLine(words: readonly string[]): AgentCommand {
  let configFile: string | undefined;
  let eventFile: string | undefined;
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
  if (isLocalWorld) return { name: "local-world", eventFile };
  if (configFile !== undefined) return { name: "plain", configFile, eventFile };
  if (eventFile !== undefined) throw new UsageError("--events goes with --config or --local-world");
  return { name: "guest" };
}

function valueAfter(words: readonly string[], at: number): string {
  const value = words[at + 1];
  if (value === undefined || value.startsWith("--")) throw new UsageError(`${words[at] ?? ""} needs a file`);
  return value;
}
