import type { WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { boundToParent } from "../host/bound-child.ts";
import { SupervisedChild, within } from "../host/supervised-child.ts";
import { classifyExit, shutdownReason, type MachineExit } from "./machine-exit.ts";
import type { MachinePaths } from "./machine-spec.ts";
import { MAX_FILE_BYTES, OutputWatch } from "./output-limits.ts";
import { QmpConnection, QmpError, type QmpEvent } from "./qmp.ts";

/** How long each step of stopping may take before the next, harder one. */
const STOP_STEP_MS = 2_000;
/** QEMU closes its control channel when it ends; if it still runs after this time, the channel was lost. */
const CLOSING_MS = 2_000;
/** A reset of a machine that stands still takes milliseconds. */
const RESET_MS = 10_000;
/** The last events may still be on their way when the process is gone. */
const LAST_EVENTS_MS = 400;
const STDERR_TAIL_BYTES = 4096;
/** What the guest did itself: it ran. */
const ENDS_OF_GUESTS: ReadonlySet<MachineExit["kind"]> = new Set(["guest-shutdown", "guest-reset", "guest-panic"]);

export interface MachineProcessOptions {
  /** The QEMU command, program first. */
  readonly command: readonly string[];
  readonly paths: MachinePaths;
  readonly stderrPath: string;
  /** False: a power-off of this machine is no event of QMP. */
  readonly tellsPowerOff?: boolean;
  /** A reset, and the end of the guest, let the machine stand still: who listens boots it again. */
  readonly bootsAgain?: boolean;
  /** Its processors stand still until a debugger lets them run, and whenever that wants it. */
  readonly waitsForGdb?: boolean;
  /** How much it may write to a file, by path. Others hold what any channel may. */
  readonly maxBytes?: Readonly<Record<string, number>>;
  /** The largest file that it may write. */
  readonly maxFileBytes?: number;
  readonly onSerial?: ((chunk: Uint8Array) => void) | undefined;
  readonly onQmpEvent?: ((event: QmpEvent) => void) | undefined;
}

/** One QEMU process from spawn to exit. */
export class MachineProcess {
  /** How the machine ended; never rejects. The whole process group is gone and its output read. */
  readonly exited: Promise<MachineExit>;
  readonly #child: SupervisedChild;
  readonly #output: OutputWatch;
  readonly #options: MachineProcessOptions;
  #qmp: QmpConnection | undefined;
  #shutdownReason: string | undefined;
  #stoppedStatus: string | undefined;
  #controlLost: string | undefined;
  #endedByHarness = false;
  #stopping: Promise<MachineExit> | undefined;
  /** It stands still at a reset and at its end: who listens lets it go on. */
  #standsStill: boolean;
  /** The guest asked for a reset, and nobody was told yet. */
  #isResetDue = false;
  #onGuestReset: (() => void) | undefined;
  #wasReset: () => void = () => undefined;

  /** @throws SetupError `tool-missing`; the system's error when standard error can't be written */
  constructor(options: MachineProcessOptions) {
    const { command, paths, stderrPath, onSerial } = options;
    this.#options = options;
    this.#standsStill = options.bootsAgain === true;
    this.#child = new SupervisedChild(
      boundToParent(command, { maxFileBytes: Math.max(MAX_FILE_BYTES, options.maxFileBytes ?? 0) }),
      {
        stderr: { file: stderrPath },
        ...(onSerial === undefined ? {} : { onStdout: onSerial }),
      },
    );
    const channels = [
      paths.serialLog,
      paths.eventLog,
      paths.initLog,
      stderrPath,
      ...Object.values(paths.consoleLogs ?? {}),
      ...paths.captures,
    ];
    // The kernel's limit is that of the largest disk.
    const limits = { ...options.maxBytes, ...Object.fromEntries(paths.captures.map((path) => [path, MAX_FILE_BYTES])) };
    this.#output = new OutputWatch(channels, () => this.kill("SIGKILL"), limits);
    this.exited = this.#observeEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get qmp(): QmpConnection | undefined {
    return this.#qmp;
  }

  /** Takes the control channel and lets the machine run. @throws QmpError */
  async control(socket: Socket, log: WriteStream): Promise<void> {
    // If the disk is full the log stays incomplete and the run goes on: other files that can't be written end it with a word.
    log.on("error", () => undefined);
    const onLine = (direction: "in" | "out", line: string): void =>
      void log.write(`${direction === "in" ? "<" : ">"} ${line}\n`);
    const qmp = new QmpConnection(socket, { onEvent: (event) => this.#onEvent(event), onLine });
    this.#qmp = qmp;
    void qmp.closed.then(() => {
      log.end();
      return this.#onControlClosed(qmp);
    });
    await qmp.negotiate();
    if (this.#options.waitsForGdb !== true) await this.#letRun(qmp);
  }

  /** A small guest may be through, and QEMU gone, before the answer to `cont` was read: then the machine ran. */
  async #letRun(qmp: QmpConnection): Promise<void> {
    try {
      await qmp.execute("cont");
    } catch (error) {
      if (!(await within(this.exited, CLOSING_MS)) || !ENDS_OF_GUESTS.has((await this.exited).kind)) throw error;
    }
  }

  /** @param told each time that the guest resets the machine, which stands still then: if it may boot again, or was reset before. */
  onGuestReset(told: () => void): void {
    this.#onGuestReset = told;
    if (this.#isResetDue) this.#guestReset();
  }

  /** Boots the machine again. It stands still when this is called: whatever was written before is of the boot that ends. @throws QmpError */
  async reset(): Promise<void> {
    const qmp = this.#qmp;
    if (qmp === undefined) throw new QmpError("qmp-closed", "the machine has no control channel");
    const wasReset = new Promise<void>((resolve) => (this.#wasReset = resolve));
    // What the guest asks for ends the machine, or lets it stand still: only this one may reset it.
    await qmp.execute("set-action", { reboot: "reset" });
    await qmp.execute("system_reset");
    if (!(await within(wasReset, RESET_MS))) throw new QmpError("qmp-timeout", "QEMU told of no reset");
    // Its firmware may take a second reset to get going.
    this.#standsStill = true;
    await qmp.execute("set-action", { reboot: "shutdown", shutdown: "pause" });
    await this.#letRun(qmp);
  }

  /** The guest's reset, at which the machine stands still, was its end. */
  endReset(): void {
    this.#shutdownReason ??= "guest-reset";
    void this.#qmp?.execute("quit").catch(() => undefined);
  }

  write(bytes: Uint8Array): void {
    this.#child.write(bytes);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the machine: QMP `quit`, SIGTERM, SIGKILL, each if the one before did not help. Idempotent. */
  stop(): Promise<MachineExit> {
    this.#stopping ??= this.#escalate();
    return this.#stopping;
  }

  /** Kills what never became a machine. */
  async abandon(): Promise<MachineExit> {
    this.kill("SIGKILL");
    return this.exited;
  }

  async #observeEnd(): Promise<MachineExit> {
    const { signal, exitCode, startError } = await this.#child.ended;
    if (this.#qmp !== undefined) {
      await within(this.#qmp.closed, LAST_EVENTS_MS);
      // A process that QEMU left behind may hold the other end.
      this.#qmp.close();
    }
    this.#output.end();
    const said = (await readFile(this.#options.stderrPath, "utf8").catch(() => "")).slice(-STDERR_TAIL_BYTES);
    return classifyExit({
      flooded: this.#output.flood,
      shutdownReason: this.#shutdownReason,
      stoppedStatus: this.#stoppedStatus,
      controlLost: this.#controlLost,
      endedByHarness: this.#endedByHarness,
      signal,
      exitCode,
      stderr: startError === undefined ? said : startError.message,
      tellsPowerOff: this.#options.tellsPowerOff ?? true,
    });
  }

  #onEvent(event: QmpEvent): void {
    const reason = shutdownReason(event);
    if (reason !== undefined) this.#onShutdown(reason);
    if (event.event === "RESET") this.#wasReset();
    if (event.event === "STOP" && this.#shutdownReason === undefined) void this.#onStop();
    this.#options.onQmpEvent?.(event);
  }

  #onShutdown(reason: string): void {
    if (this.#standsStill && reason === "guest-reset" && this.#stopping === undefined) {
      this.#isResetDue = true;
      this.#guestReset();
      return;
    }
    this.#shutdownReason ??= reason;
    if (this.#standsStill) void this.#qmp?.execute("quit").catch(() => undefined);
  }

  #guestReset(): void {
    if (this.#onGuestReset === undefined) return;
    this.#isResetDue = false;
    this.#onGuestReset();
  }

  /** A machine that stands still won't go on by itself: KVM gave up, or a disk failed. Unless somebody asked for it. */
  async #onStop(): Promise<void> {
    try {
      const answer = await this.#qmp?.execute("query-status");
      const status =
        typeof answer === "object" && answer !== null && "status" in answer ? String(answer.status) : "unknown";
      if (status === "paused" || status === "running" || status === "shutdown") return;
      if (status === "debug" && this.#options.waitsForGdb === true) return;
      this.#stoppedStatus = status;
      this.kill("SIGKILL");
    } catch {
      // The channel closed: what that means is told by `#onControlClosed`.
    }
  }

  /** Without its control channel a machine can't be judged: how it ends would never be known. */
  async #onControlClosed(qmp: QmpConnection): Promise<void> {
    if (qmp.failure?.code === "qmp-closed" && (await within(this.#child.ended, CLOSING_MS))) return;
    this.#controlLost = qmp.failure?.message;
    this.kill("SIGKILL");
  }

  async #escalate(): Promise<MachineExit> {
    this.#endedByHarness = true;
    const qmp = this.#qmp;
    const steps = [() => this.kill("SIGTERM")];
    if (qmp !== undefined && qmp.failure === undefined)
      steps.unshift(() => void qmp.execute("quit").catch(() => undefined));
    await this.#child.stop(steps, STOP_STEP_MS);
    return this.exited;
  }
}
