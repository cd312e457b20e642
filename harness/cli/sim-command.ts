/**
 * `udpsec sim`: the only door from the harness to the virtual world. It runs as a process of its own bundle, because the harness
 * shares no code with the stack that it judges.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitOfSignalName } from "./exit-codes.ts";
import { usageError, type Command, type CommandIo } from "./command.ts";
import { formatSimValues, SIM_OPTIONS, type SimValues } from "../../contract/sim-options.ts";
import { bundleEntry } from "../host/bundled-entry.ts";
import { BUNDLES } from "../host/bundles.ts";
import { writeVirtualCapture } from "../worlds/sim/virtual-capture.ts";
import { simValuesOf } from "./sim-values.ts";

export const simCommand: Command = {
  name: "sim",
  summary: "run scenarios in virtual time, thousands of seeds a minute",
  usage: "--scenario SCENARIO [--seeds A..B] [OPTION...]",
  teaches: `
Two or more endpoints of the stack in one process, in virtual time, over links with seeded faults. After every event the checkers
look at every invariant; the first violation stops the run and shows the last events and the command that replays it. The same
seed gives the same trace hash, on any machine and with either crypto. Many runs are spread over the cores.

--capture writes what passed the virtual wires, as Wireshark opens it: an interface for each host (a.0), each datagram as it left and
as it came, dropped ones with a comment, on the virtual clock. TCP is there as far as it is modelled: handshake, data, ends and resets,
without acknowledgements of their own. --secrets writes every identity's and every handshake's secret keys.`,
  outcomes: { checkFailed: "a run broke an invariant or did not end well" },
  options: SIM_OPTIONS,
  examples: [
    "udpsec sim --list",
    "udpsec sim --scenario transfer --loss 0.1 --seeds 1..1000 --json",
    "udpsec sim --scenario loss10 --seed 7 --trace loss10.qlog",
    "udpsec sim --scenario loss10 --seed 7 --capture loss10.pcapng --secrets loss10.secrets",
    "udpsec sim --scenario all --seeds 1..200",
  ],
  async run(parsed, io) {
    if (parsed.positionals.length > 0) {
      throw usageError(`udpsec sim takes no ${parsed.positionals.join(" ")}`, "did you mean --scenario?");
    }
    const { path } = await bundleEntry(BUNDLES.sim);
    const values = simValuesOf(parsed);
    const run = (asked: SimValues): Promise<number> => runProcess(path, [formatSimValues(asked)], io);
    const { capture } = values;
    if (capture === undefined) return await run(values);
    return await capturedTo(capture, (frames) => run({ ...values, capture: frames }));
  },
};

/** The program knows of datagrams, not of files that Wireshark opens: it writes lines, and we make the capture of them. */
async function capturedTo(capturePath: string, run: (framesPath: string) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "udpsec-frames-"));
  const framesPath = join(folder, "frames.ndjson");
  try {
    // Before the run: it may be a long one.
    await writeFile(capturePath, "", { mode: 0o600 });
    const exitStatus = await run(framesPath);
    if (existsSync(framesPath)) await writeVirtualCapture(framesPath, capturePath);
    return exitStatus;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw usageError(`--capture ${capturePath} can't be written (${String(error.code)})`, "is its folder there?");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
