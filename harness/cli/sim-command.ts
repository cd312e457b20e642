/**
 * `udpsec sim`: the only door from the harness to the virtual world. It runs as a process of its own bundle, because the harness
 * shares no code with the stack that it judges.
 */
import { spawn } from "node:child_process";
import { exitOfSignalName } from "./exit-codes.ts";
import { usageError, type Command, type CommandIo, type ParsedArguments } from "./command.ts";
import { bundleEntry } from "../host/bundled-entry.ts";

const ENTRY = "guest/programs/sim/main.ts";
const BUNDLE = "build/run/guest-node-sim-main.mjs";

export const simCommand: Command = {
  name: "sim",
  summary: "run scenarios in virtual time, thousands of seeds a minute",
  usage: "--scenario NAME [--seeds A..B] [OPTION...]",
  teaches: `
Two or more endpoints of the stack in one process, in virtual time, over links with seeded faults. After every event the checkers
look at every invariant; the first violation stops the run and shows the last events and the command that replays it. The same
seed gives the same trace hash, on any machine and with either crypto.`,
  outcomes: { checkFailed: "a run broke an invariant or did not end well" },
  options: {
    scenario: { type: "string", value: "NAME", help: "which one; all: every one of them" },
    seeds: { type: "string", value: "A..B", help: "a range of seeds, both included (default 1..10)" },
    seed: { type: "string", value: "N", help: "one seed" },
    loss: { type: "string", value: "P", help: "random loss in both directions, 0 to 1, instead of the scenario's own" },
    "delay-ms": { type: "string", value: "MS", help: "one-way delay" },
    "rate-mbps": { type: "string", value: "MBPS", help: "rate of the link" },
    bytes: { type: "string", value: "N", help: "what each dial sends" },
    crypto: { type: "string", value: "KIND", help: "native (default) or noble" },
    trace: { type: "string", value: "FILE", help: "writes the qlog of one run (JSON-SEQ); with --seed" },
    json: { type: "boolean", help: "one JSON object on stdout" },
    list: { type: "boolean", help: "the scenarios and what each proves" },
  },
  examples: [
    "udpsec sim --list",
    "udpsec sim --scenario transfer --loss 0.1 --seeds 1..1000 --json",
    "udpsec sim --scenario loss10 --seed 7 --trace loss10.qlog",
    "udpsec sim --scenario all --seeds 1..200",
  ],
  async run(parsed, io) {
    if (parsed.positionals.length > 0) {
      throw usageError(`udpsec sim takes no ${parsed.positionals.join(" ")}`, "did you mean --scenario?");
    }
    const { path } = await bundleEntry({ entry: ENTRY, out: BUNDLE });
    return await runProcess(path, argumentsOf(parsed, this), io);
  },
};

function argumentsOf(parsed: ParsedArguments, command: Command): string[] {
  return Object.entries(command.options).flatMap(([name, { type }]) => {
    if (type === "boolean") return parsed.flag(name) ? [`--${name}`] : [];
    const value = parsed.text(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}

/** Its output is ours; it ends with us. */
function runProcess(path: string, args: readonly string[], io: CommandIo): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "inherit", "inherit"] });
    const kill = (): void => void child.kill("SIGTERM");
    io.signal.addEventListener("abort", kill, { once: true });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      io.signal.removeEventListener("abort", kill);
      resolve(code ?? exitOfSignalName(signal ?? "SIGTERM"));
    });
  });
}
