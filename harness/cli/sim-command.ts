/**
 * `udpsec sim`: the only door from the harness to the virtual world. It runs as a process of its own bundle, because the harness
 * shares no code with the stack that it judges.
 */
import { spawn } from "node:child_process";
import { exitOfSignalName } from "./exit-codes.ts";
import { usageError, type Command, type CommandIo } from "./command.ts";
import { formatSimValues, SIM_OPTIONS } from "../../contract/sim-options.ts";
import { bundleEntry } from "../host/bundled-entry.ts";
import { simValuesOf } from "./sim-values.ts";

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
  options: SIM_OPTIONS,
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
    return await runProcess(path, [formatSimValues(simValuesOf(parsed))], io);
  },
};

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
