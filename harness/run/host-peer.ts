import { execa } from "execa";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { boundToParent } from "../qemu/bound-child.ts";
import type { NodeExit } from "./machine-ending.ts";
import type { PlannedPeer } from "./machine-plan.ts";
import type { RunningMachine } from "./node-session.ts";

/** The agent gives its processes 15 s to end; then it is killed. */
const STOP_MS = 20_000;
const STDERR_TAIL_BYTES = 4096;

export interface HostPeerOptions {
  /** The bundled agent. */
  readonly agentPath: string;
  readonly artifactsFolder: string;
  readonly onSerial: (chunk: Uint8Array) => void;
}

/**
 * Starts the agent as a process on the host. Its console is its standard output; there is no NIC to capture and no init. It
 * doesn't outlive this process, nor do its own processes, which end when it is gone.
 *
 * @throws SetupError `tool-missing`
 */
export async function startHostPeer(planned: PlannedPeer, options: HostPeerOptions): Promise<RunningMachine> {
  const { artifactsFolder, agentPath, onSerial } = options;
  const artifact = (suffix: string): string => join(artifactsFolder, `${planned.node.name}-${suffix}`);
  await mkdir(artifactsFolder, { recursive: true });
  const [configFile, eventLogPath, serialLogPath] = [
    artifact("config.json"),
    artifact("events.ndjson"),
    artifact("serial.log"),
  ];
  await writeFile(configFile, planned.configuration);
  await writeFile(eventLogPath, "");
  const log = createWriteStream(serialLogPath);
  // Before there is a process to lose: readers of the artifacts expect the file, however little it says.
  await once(log, "open");
  const command = [process.execPath, agentPath, "--config", configFile, "--events", eventLogPath];
  const [program, ...words] = boundToParent(command);
  const child = execa(program, words, {
    buffer: false,
    stdin: "ignore",
    stdout: "pipe",
    stderr: { file: artifact("stderr.log") },
    reject: false,
    encoding: "buffer",
    env: { NO_COLOR: "1" },
  });
  // A full disk costs the log its end, not the harness its life: what else can't be written tells of it.
  log.on("error", () => undefined);
  child.stdout.on("data", (chunk: Uint8Array) => {
    onSerial(chunk);
    log.write(chunk);
  });
  let isEndedByUs = false;
  const exited = child.then(async ({ signal, exitCode }): Promise<NodeExit> => {
    log.end();
    if (exitCode === 0) return { kind: "process-exit" };
    if (isEndedByUs) return { kind: "ended" };
    if (signal !== undefined) return { kind: "signal", signal };
    const stderr = await readFile(artifact("stderr.log"), "utf8").catch(() => "");
    return { kind: "error", exitCode, stderr: stderr.slice(-STDERR_TAIL_BYTES) };
  });
  const stop = async (): Promise<NodeExit> => {
    isEndedByUs = true;
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    return exited.finally(() => clearTimeout(killer));
  };
  return {
    eventLogPath,
    serialLogPath,
    initLogPath: artifact("init.log"),
    capturePaths: [],
    commandLine: command.join(" "),
    exited,
    endInOrder: () => void child.kill("SIGTERM"),
    kill: (signal = "SIGKILL") => void child.kill(signal),
    stop,
  };
}
