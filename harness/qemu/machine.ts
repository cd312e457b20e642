import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { basename, join } from "node:path";
import { MAX_CHANNEL_BYTES } from "../console/channel-limit.ts";
import { ARCHITECTURES } from "../guests/architecture.ts";
import { shellCommand } from "../host/shell-command.ts";
import { makeSocketFolder, removeSocketFolder } from "../host/socket-folder.ts";
import { qemuCommand } from "./command-line.ts";
import { gdbCommand } from "./gdb-command.ts";
import { standaloneCommand } from "./standalone-command.ts";
import { largestDisk, removeDisks } from "./machine-disks.ts";
import { describeExit, type MachineExit } from "./machine-exit.ts";
import { artifactPath, machinePaths, makeMachineFiles } from "./machine-files.ts";
import { MachineProcess } from "./machine-process.ts";
import type { MachinePaths, MachineSpec } from "./machine-spec.ts";
import { starvedMs } from "./starvation.ts";
import { QmpError, type QmpConnection, type QmpEvent } from "./qmp.ts";

/** From the start of the process to QEMU's greeting; half a second on an idle machine. */
const START_TIMEOUT_MS = 30_000;

export interface StartOptions {
  /** Absolute path of a QEMU. */
  readonly qemu: string;
  /** Where transcripts, captures and logs go; made if missing. */
  readonly artifactsFolder: string;
  /** Bytes of the serial console as they come; they are in the serial log too. */
  readonly onSerial?: (chunk: Uint8Array) => void;
  readonly onQmpEvent?: (event: QmpEvent) => void;
  /** Gives up a machine that has not started yet; one that runs is not touched. */
  readonly signal?: AbortSignal;
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
  /** Of the consoles beside the main one, by name. */
  readonly consoleLogPaths: Readonly<Record<string, string>>;
  /** One for each NIC, in order (pcap); none if it captures nothing. */
  readonly capturePaths: readonly string[];
  /** The command that was run, for a shell. */
  readonly commandLine: string;
  /** It waits for this debugger, for a shell; undefined: it has none. */
  readonly gdbCommand?: string | undefined;
  /** Never rejects. All bytes of the console have been told by then. */
  readonly exited: Promise<MachineExit>;
  /** How long it was ready to run and got no processor, ms since its start. */
  starvedMs(): number;
  /** Types into the console. */
  writeSerial(bytes: Uint8Array): void;
  /** Boots it again; it stands still when this is called. @throws QmpError */
  reset(): Promise<void>;
  /** Told when its guest resets it, and it stands still: if it may boot again, or was reset before. */
  onGuestReset(told: () => void): void;
  /** Such a reset was its end. */
  endReset(): void;
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

  /** @param reason what the harness saw, where QEMU itself said nothing */
  constructor(name: string, exit: MachineExit, reason?: string) {
    const wasKilledByUs = exit.kind === "signal" && exit.signal === "SIGKILL";
    super(`machine ${name} did not start: ${wasKilledByUs ? (reason ?? describeExit(exit)) : describeExit(exit)}`);
    this.exit = exit;
  }
}

/**
 * Starts a machine and lets it run. QEMU never outlives this process, however this process ends; call from the main thread.
 *
 * @throws MachineStartError, CommandLineError, SetupError
 */
export async function startMachine(spec: MachineSpec, options: StartOptions): Promise<Machine> {
  const sockets = await makeSocketFolder();
  const { qemu, artifactsFolder } = options;
  const paths = machinePaths(spec, artifactsFolder, {
    ...{ qemu, qmpSocket: join(sockets, "qmp"), gdbSocket: join(sockets, "gdb") },
  });
  try {
    await makeMachineFiles(spec, artifactsFolder, paths);
    return await launch(spec, options, paths, sockets);
  } catch (error) {
    removeSocketFolder(sockets);
    // Half a copy of a large disk would be what fills the host's.
    removeDisks(paths.disks ?? {});
    throw error;
  }
}

async function launch(
  spec: MachineSpec,
  options: StartOptions,
  paths: MachinePaths,
  sockets: string,
): Promise<Machine> {
  const command = qemuCommand(spec, paths);
  const commandLine = shellCommand(command);
  const artifact = (suffix: string): string => artifactPath(spec, options.artifactsFolder, suffix);
  await writeFile(artifact("qemu.sh"), scriptOf(spec, command, paths, artifact));
  // Files of an earlier machine with the same name would be taken for this one's: whoever reads them may come before QEMU opens them.
  const logs = [paths.serialLog, paths.eventLog, paths.initLog, ...Object.values(paths.consoleLogs ?? {})];
  for (const path of logs) await writeFile(path, "");
  const server = createServer();
  try {
    server.listen(paths.qmpSocket);
    await once(server, "listening");
    const { maxConsoleBytes = MAX_CHANNEL_BYTES, shape } = spec.guest;
    const onSerial = options.onSerial === undefined ? undefined : limitBytes(options.onSerial, maxConsoleBytes);
    const ofConsoles = (shape?.consoles ?? []).map(({ name, maxBytes }) => [paths.consoleLogs?.[name] ?? "", maxBytes]);
    const stderrPath = artifact("qemu.stderr");
    const qemu = new MachineProcess({
      ...{ command, paths, stderrPath, onSerial, onQmpEvent: options.onQmpEvent },
      maxBytes: { [paths.serialLog]: maxConsoleBytes, ...(Object.fromEntries(ofConsoles) as Record<string, number>) },
      bootsAgain: shape?.onReset === "boot",
      waitsForGdb: spec.waitsForGdb === true,
      tellsPowerOff: ARCHITECTURES[shape?.arch ?? "x86_64"].tellsPowerOff,
      maxFileBytes: largestDisk(shape?.disks ?? [], paths.disks ?? {}),
    });
    void qemu.exited.then(() => {
      removeSocketFolder(sockets);
      // They can be large, and nothing of them is judged.
      removeDisks(paths.disks ?? {});
    });
    await takeControl(spec.name, qemu, server, artifact("qmp.log"), options.signal);
    return { ...runningMachine(spec.name, qemu, paths, commandLine), gdbCommand: gdbCommandOf(spec, paths) };
  } finally {
    // An open server would keep this process alive.
    server.close();
  }
}

/** What starts the machine once more, by itself; how the harness started it stands above, for people. */
function scriptOf(
  { name }: MachineSpec,
  command: readonly string[],
  paths: MachinePaths,
  artifact: (suffix: string) => string,
): string {
  const { serialLog, eventLog, initLog, captures, consoleLogs = {} } = paths;
  const written = [serialLog, eventLog, initLog, ...captures, ...Object.values(consoleLogs)];
  const elsewhere = (path: string): string => artifact(`again-${basename(path).slice(name.length + 1)}`);
  return [
    "# The machine of this run by itself: at once, with NICs that lead nowhere, its files beside those of the run (again-...). The harness had:",
    `# ${shellCommand(command).replaceAll("\n", " ")}`,
    `${shellCommand(standaloneCommand(command, written, elsewhere))}\n`,
  ].join("\n");
}

function gdbCommandOf({ guest, waitsForGdb }: MachineSpec, { gdbSocket }: MachinePaths): string | undefined {
  if (waitsForGdb !== true || gdbSocket === undefined) return undefined;
  return gdbCommand(gdbSocket, { arch: guest.shape?.arch ?? "x86_64", kernelPath: guest.kernelPath });
}

/** @throws MachineStartError; the signal's reason */
async function takeControl(
  name: string,
  qemu: MachineProcess,
  server: Server,
  logPath: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const giveUp = (): void => void qemu.abandon();
  signal.addEventListener("abort", giveUp);
  try {
    if (signal.aborted) giveUp();
    const socket = await Promise.race([acceptOne(server), qemu.exited.then(() => undefined)]);
    if (socket === undefined)
      throw new MachineStartError(
        name,
        await qemu.abandon(),
        `QEMU did not connect within ${START_TIMEOUT_MS / 1000} s`,
      );
    await qemu.control(socket, createWriteStream(logPath));
  } catch (error) {
    const exit = await qemu.abandon();
    // QEMU connects before it looks at its devices: what it says on stderr is the reason, the closed channel only its echo.
    throw error instanceof QmpError ? new MachineStartError(name, exit, error.message) : error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
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

function limitBytes(take: (chunk: Uint8Array) => void, maxBytes: number): (chunk: Uint8Array) => void {
  let taken = 0;
  return (chunk) => {
    if (taken >= maxBytes) return;
    taken += chunk.length;
    take(chunk);
  };
}

function runningMachine(name: string, qemu: MachineProcess, paths: MachinePaths, commandLine: string): Machine {
  const { qmp, pid } = qemu;
  if (qmp === undefined || pid === undefined)
    throw new QmpError("qmp-closed", `machine ${name} has no control channel`);
  return {
    name,
    pid,
    qmp,
    serialLogPath: paths.serialLog,
    eventLogPath: paths.eventLog,
    initLogPath: paths.initLog,
    consoleLogPaths: paths.consoleLogs ?? {},
    capturePaths: paths.captures,
    commandLine,
    exited: qemu.exited,
    starvedMs: () => starvedMs(pid),
    writeSerial: (bytes) => qemu.write(bytes),
    reset: () => qemu.reset(),
    onGuestReset: (told) => qemu.onGuestReset(told),
    endReset: () => qemu.endReset(),
    kill: (signal = "SIGKILL") => qemu.kill(signal),
    stop: () => qemu.stop(),
  };
}
