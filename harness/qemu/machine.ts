import { execa } from "execa";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { join } from "node:path";
import { boundToParent } from "./bound-child.ts";
import { qemuCommand, shellCommand } from "./command-line.ts";
import { classifyExit, shutdownReason } from "./machine-exit.ts";
import type { MachineExit } from "./machine-exit.ts";
import { nicCount } from "./machine-spec.ts";
import type { MachinePaths, MachineSpec } from "./machine-spec.ts";
import { QmpConnection, QmpError } from "./qmp.ts";
import type { QmpEvent } from "./qmp.ts";
import { makeSocketFolder, removeSocketFolder } from "../host/socket-folder.ts";

/** From the start of the process to QEMU's greeting; half a second on an idle machine. */
const START_TIMEOUT_MS = 30_000;
/** How long each step of stopping may take before the next, harder one. */
const STOP_STEP_MS = 2_000;
const STDERR_TAIL_BYTES = 4096;

export interface StartOptions {
  /** Absolute path of a QEMU. */
  readonly qemu: string;
  /** Where transcripts, captures and logs go; made if missing. */
  readonly artifactsFolder: string;
  /** Bytes of the serial console as they come; they are in the serial log too. */
  readonly onSerial?: (chunk: Uint8Array) => void;
  readonly onQmpEvent?: (event: QmpEvent) => void;
}

/** A virtual machine that runs. */
export interface Machine {
  readonly name: string;
  /** Of QEMU itself. */
  readonly pid: number;
  readonly qmp: QmpConnection;
  readonly serialLogPath: string;
  readonly eventLogPath: string;
  readonly initLogPath: string;
  /** One for each NIC, in order (pcap). */
  readonly capturePaths: readonly string[];
  /** The command that was run, for a shell. */
  readonly commandLine: string;
  /** Never rejects. All bytes of the console have been told by then. */
  readonly exited: Promise<MachineExit>;
  /** Types into the console. */
  writeSerial(bytes: Uint8Array): void;
  /** Sends QEMU a signal, nothing more: for faults. SIGKILL if not said. */
  kill(signal?: NodeJS.Signals): void;
  /** Ends the machine: QMP `quit`, SIGTERM, SIGKILL, each if the one before did not help. Idempotent. */
  stop(): Promise<MachineExit>;
}

/** QEMU ended before its control channel stood. */
export class MachineStartError extends Error {
  override readonly name = "MachineStartError";
  readonly code = "machine-start";
  readonly exit: MachineExit;

  constructor(name: string, exit: MachineExit) {
    const detail =
      exit.kind === "error" ? `exit status ${exit.exitCode ?? "unknown"}: ${exit.stderr.trim()}` : exit.kind;
    super(`machine ${name} did not start: ${detail}`);
    this.exit = exit;
  }
}

/**
 * Starts a machine and lets it run. QEMU never outlives this process, however this process ends; call from the main thread.
 *
 * @throws MachineStartError, CommandLineError, SetupError
 */
export async function startMachine(spec: MachineSpec, options: StartOptions): Promise<Machine> {
  const sockets = makeSocketFolder();
  try {
    const paths = await preparePaths(spec, options, sockets);
    return await launch(spec, options, paths, sockets);
  } catch (error) {
    removeSocketFolder(sockets);
    throw error;
  }
}

async function preparePaths(spec: MachineSpec, options: StartOptions, sockets: string): Promise<MachinePaths> {
  const artifact = (suffix: string): string => join(options.artifactsFolder, `${spec.name}-${suffix}`);
  await mkdir(options.artifactsFolder, { recursive: true });
  const fwCfgFiles: Record<string, string> = {};
  for (const [name, contents] of Object.entries(spec.guest.fwCfgFiles)) {
    const path = artifact(`fwcfg-${name.replaceAll("/", "-")}`);
    await writeFile(path, contents);
    fwCfgFiles[name] = path;
  }
  const nics = Array.from({ length: nicCount(spec.networks) }, (_, index) => artifact(`nic${index}.pcap`));
  return {
    qemu: options.qemu,
    qmpSocket: join(sockets, "qmp"),
    serialLog: artifact("serial.log"),
    eventLog: artifact("events.ndjson"),
    initLog: artifact("init.log"),
    captures: nics,
    fwCfgFiles,
  };
}

async function launch(
  spec: MachineSpec,
  options: StartOptions,
  paths: MachinePaths,
  sockets: string,
): Promise<Machine> {
  const command = qemuCommand(spec, paths);
  const commandLine = shellCommand(command);
  const artifact = (suffix: string): string => join(options.artifactsFolder, `${spec.name}-${suffix}`);
  await writeFile(artifact("qemu.sh"), `${commandLine}\n`);
  // Files of an earlier machine with the same name would be taken for this one's: whoever reads them may come before QEMU opens them.
  for (const path of [paths.serialLog, paths.eventLog, paths.initLog]) await writeFile(path, "");
  const server = createServer();
  server.listen(paths.qmpSocket);
  await once(server, "listening");
  const child = spawnQemu(command, artifact("qemu.stderr"));
  const process = new MachineProcess(child, artifact("qemu.stderr"), options, sockets);
  const socket = await Promise.race([acceptOne(server), process.ended.then(() => undefined)]);
  server.close();
  if (socket === undefined) throw new MachineStartError(spec.name, await process.abandon());
  try {
    await process.control(socket, createWriteStream(artifact("qmp.log")));
  } catch (error) {
    if (!(error instanceof QmpError)) throw error;
    // QEMU connects before it looks at its devices: what it says on stderr is the reason, the closed channel only its echo.
    throw new MachineStartError(spec.name, await process.abandon());
  }
  return process.machine(spec.name, paths, commandLine);
}

type QemuChild = ReturnType<typeof spawnQemu>;

function spawnQemu(command: readonly string[], stderrPath: string) {
  const [program, ...args] = boundToParent(command);
  return execa(program, args, {
    buffer: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: { file: stderrPath },
    reject: false,
    encoding: "buffer",
  });
}

async function acceptOne(server: Server): Promise<Socket | undefined> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  try {
    const [socket] = (await once(server, "connection", { signal: timeout })) as [Socket];
    return socket;
  } catch {
    return undefined;
  }
}

/** One QEMU process from spawn to exit. */
class MachineProcess {
  /** The process is gone and its output read. */
  readonly ended: Promise<{ signal: string | undefined; exitCode: number | undefined }>;
  readonly exited: Promise<MachineExit>;
  readonly #child: QemuChild;
  readonly #stderrPath: string;
  readonly #onQmpEvent: ((event: QmpEvent) => void) | undefined;
  #qmp: QmpConnection | undefined;
  #shutdownReason: string | undefined;
  #stoppedStatus: string | undefined;
  #endedByHarness = false;
  #stopping: Promise<MachineExit> | undefined;

  constructor(child: QemuChild, stderrPath: string, options: StartOptions, sockets: string) {
    this.#child = child;
    this.#stderrPath = stderrPath;
    this.#onQmpEvent = options.onQmpEvent;
    // Always read: QEMU's serial port waits for its reader.
    child.stdout.on("data", (chunk: Uint8Array) => options.onSerial?.(chunk));
    // The guest may end while something is typed.
    child.stdin.on("error", () => undefined);
    this.ended = child.then(({ signal, exitCode }) => ({ signal, exitCode }));
    this.exited = this.#observeEnd(sockets);
  }

  async #observeEnd(sockets: string): Promise<MachineExit> {
    const { signal, exitCode } = await this.ended;
    // The last events may still be on their way.
    await this.#qmp?.closed;
    removeSocketFolder(sockets);
    const stderr = (await readFile(this.#stderrPath, "utf8").catch(() => "")).slice(-STDERR_TAIL_BYTES);
    return classifyExit({
      shutdownReason: this.#shutdownReason,
      stoppedStatus: this.#stoppedStatus,
      endedByHarness: this.#endedByHarness,
      signal,
      exitCode,
      stderr,
    });
  }

  /** Takes the control channel and lets the machine run. */
  async control(socket: Socket, log: WriteStream): Promise<void> {
    // If the disk is full the log stays incomplete and the run goes on: other files that can't be written end it with a word.
    log.on("error", () => undefined);
    const onLine = (direction: "in" | "out", line: string): void =>
      void log.write(`${direction === "in" ? "<" : ">"} ${line}\n`);
    const qmp = new QmpConnection(socket, { onEvent: (event) => this.#onEvent(event), onLine });
    void qmp.closed.then(() => log.end());
    this.#qmp = qmp;
    try {
      await qmp.negotiate();
      await qmp.execute("cont");
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  #onEvent(event: QmpEvent): void {
    this.#shutdownReason ??= shutdownReason(event);
    if (event.event === "STOP" && this.#shutdownReason === undefined) void this.#onStop();
    this.#onQmpEvent?.(event);
  }

  /** A machine that stands still won't go on by itself: KVM gave up, or a disk failed. Unless somebody asked for it. */
  async #onStop(): Promise<void> {
    try {
      const answer = await this.#qmp?.execute("query-status");
      const status =
        typeof answer === "object" && answer !== null && "status" in answer ? String(answer.status) : "unknown";
      if (status === "paused" || status === "running" || status === "shutdown") return;
      this.#stoppedStatus = status;
      this.#child.kill("SIGKILL");
    } catch {
      // The channel closed: the process ended, and its end is told by what follows.
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  stop(): Promise<MachineExit> {
    this.#stopping ??= this.#escalate();
    return this.#stopping;
  }

  /** Kills what never became a machine. */
  async abandon(): Promise<MachineExit> {
    this.#child.kill("SIGKILL");
    this.#qmp?.close();
    return this.exited;
  }

  async #escalate(): Promise<MachineExit> {
    this.#endedByHarness = true;
    const steps = [
      () => void this.#qmp?.execute("quit").catch(() => undefined),
      () => void this.#child.kill("SIGTERM"),
      () => void this.#child.kill("SIGKILL"),
    ];
    for (const step of steps) {
      step();
      if (await this.#endsWithin(STOP_STEP_MS)) break;
    }
    this.#qmp?.close();
    return this.exited;
  }

  async #endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
    try {
      return await Promise.race([this.ended.then(() => true), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  machine(name: string, paths: MachinePaths, commandLine: string): Machine {
    const qmp = this.#qmp;
    const pid = this.#child.pid;
    if (qmp === undefined || pid === undefined)
      throw new QmpError("qmp-closed", `machine ${name} has no control channel`);
    return {
      name,
      pid,
      qmp,
      serialLogPath: paths.serialLog,
      eventLogPath: paths.eventLog,
      initLogPath: paths.initLog,
      capturePaths: paths.captures,
      commandLine,
      exited: this.exited,
      writeSerial: (bytes) => void this.#child.stdin.write(bytes),
      kill: (signal = "SIGKILL") => this.kill(signal),
      stop: () => this.stop(),
    };
  }
}
