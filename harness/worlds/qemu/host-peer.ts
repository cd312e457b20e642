import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { boundToParent } from "../../host/bound-child.ts";
import { INSPECTABLE, lookAtTree } from "../../host/inspector/look-at-tree.ts";
import { SupervisedChild } from "../../host/supervised-child.ts";
import { MAX_FILE_BYTES, OutputWatch } from "../../qemu/output-limits.ts";
import type { NodeExit } from "../live/node-exit.ts";
import type { PlannedPeer } from "../live/launch.ts";
import type { RunningMachine } from "../live/live-node.ts";

/** The agent gives its processes 15 s to end; then it is killed. */
const STOP_MS = 20_000;
const STDERR_TAIL_BYTES = 4096;

export interface HostPeerOptions {
  /** The bundled agent. */
  readonly agentPath: string;
  /** The bundled peer of the harness's own. */
  readonly peerPath: string;
  /** The bundled suite for every implementation. */
  readonly suitePath: string;
  readonly artifactsFolder: string;
  readonly onSerial: (chunk: Uint8Array) => void;
}

/**
 * Starts the agent, or a peer of the harness's own, as a process on the host. Its console is its standard output; there is no NIC to capture and no init. It
 * doesn't outlive this process, nor do its own processes, which end when it is gone.
 *
 * @throws SetupError `tool-missing`
 */
export async function startHostPeer(planned: PlannedPeer, options: HostPeerOptions): Promise<RunningMachine> {
  const { artifactsFolder, onSerial } = options;
  const artifact = (suffix: string): string => join(artifactsFolder, `${planned.plan.node.name}-${suffix}`);
  await mkdir(artifactsFolder, { recursive: true });
  const [configFile, eventLogPath, serialLogPath] = [
    artifact("config.json"),
    artifact("events.ndjson"),
    artifact("serial.log"),
  ];
  await writeFile(configFile, planned.suite ?? planned.liar ?? planned.configuration, { mode: 0o600 });
  await writeFile(eventLogPath, "");
  const log = createWriteStream(serialLogPath);
  // Before there is a process to lose: readers of the artifacts expect the file, however little it says.
  await once(log, "open");
  const command = [
    process.execPath,
    ...INSPECTABLE,
    ...programOf(planned, options),
    ...[configFile, "--events", eventLogPath],
  ];
  const stderrPath = artifact("stderr.log");
  const child = new SupervisedChild(boundToParent(command, { maxFileBytes: MAX_FILE_BYTES }), {
    stderr: { file: stderrPath },
    onStdout: (chunk) => {
      onSerial(chunk);
      log.write(chunk);
    },
    env: { NO_COLOR: "1" },
  });
  child.closeInput();
  // If the disk is full the log stays incomplete and the run goes on: other files that can't be written end it with a word.
  log.on("error", () => undefined);
  const output = new OutputWatch([serialLogPath, eventLogPath, stderrPath], () => child.kill("SIGKILL"));
  let isEndedByUs = false;
  const exited = child.ended.then(async ({ signal, exitCode, startError }): Promise<NodeExit> => {
    log.end();
    output.end();
    if (output.flood !== undefined) return { kind: "flooded", detail: output.flood };
    if (exitCode === 0) return { kind: "process-exit" };
    if (isEndedByUs) return { kind: "ended" };
    if (signal !== undefined) return { kind: "signal", signal };
    const stderr = startError?.message ?? (await readFile(stderrPath, "utf8").catch(() => ""));
    return { kind: "error", exitCode, stderr: stderr.slice(-STDERR_TAIL_BYTES) };
  });
  const stop = async (): Promise<NodeExit> => {
    isEndedByUs = true;
    await child.stop([() => child.signalLeader("SIGTERM")], STOP_MS);
    return exited;
  };
  return {
    eventLogPath,
    serialLogPath,
    initLogPath: artifact("init.log"),
    capturePaths: [],
    commandLine: command.join(" "),
    exited,
    endInOrder: () => child.signalLeader("SIGTERM"),
    kill: (signal = "SIGKILL") => child.kill(signal),
    processes: async (nameOf) => (child.pid === undefined ? [] : await lookAtTree(child.pid, nameOf)),
    stop,
  };
}

function programOf(
  { liar, suite }: PlannedPeer,
  { agentPath, peerPath, suitePath }: HostPeerOptions,
): readonly [string, string] {
  if (suite !== undefined) return [suitePath, "--plan"];
  return liar === undefined ? [agentPath, "--config"] : [peerPath, "--plan"];
}
