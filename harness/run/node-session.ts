import { ConsoleReader } from "../console/console-reader.ts";
import type { ReceivedEvent } from "../console/event-collector.ts";
import type { ConsoleLine } from "../console/line-assembler.ts";
import type { MachineExit } from "../qemu/machine-exit.ts";
import type { RunClock } from "./clock.ts";
import type { ExpectedEnding } from "./machine-ending.ts";
import type { PlannedMachine } from "./machine-plan.ts";

/** What a run needs of a started machine; `harness/qemu` has the real one. */
export interface RunningMachine {
  readonly eventLogPath: string;
  readonly initLogPath: string;
  readonly serialLogPath: string;
  readonly capturePaths: readonly string[];
  readonly commandLine: string;
  readonly exited: Promise<MachineExit>;
  kill(signal?: NodeJS.Signals): void;
  stop(): Promise<MachineExit>;
}

export type StartMachine = (
  planned: PlannedMachine,
  artifactsFolder: string,
  onSerial: (chunk: Uint8Array) => void,
) => Promise<RunningMachine>;

export interface SessionListener {
  line(session: NodeSession, line: ConsoleLine): void;
  event(session: NodeSession, event: ReceivedEvent): void;
  exited(session: NodeSession): void;
}

/** One machine of a run with its consoles, from start to exit. */
export class NodeSession {
  readonly planned: PlannedMachine;
  readonly console: ConsoleReader;
  readonly #listener: SessionListener;
  machine: RunningMachine | undefined;
  exit: MachineExit | undefined;
  expected: ExpectedEnding = "power-off";

  constructor(planned: PlannedMachine, listener: SessionListener, clock: RunClock) {
    this.planned = planned;
    this.#listener = listener;
    this.console = new ConsoleReader(
      { line: (line) => listener.line(this, line), event: (event) => listener.event(this, event) },
      () => clock.nowMs(),
    );
  }

  get name(): string {
    return this.planned.node.name;
  }

  get hasEventPort(): boolean {
    return this.planned.spec.guest.hasEventPort;
  }

  async start(startMachine: StartMachine, artifactsFolder: string): Promise<void> {
    const machine = await startMachine(this.planned, artifactsFolder, (chunk) => this.console.serial(chunk));
    this.machine = machine;
    if (this.hasEventPort) this.console.followEvents(machine.eventLogPath);
    void machine.exited.then((exit) => {
      this.exit = exit;
      this.console.stop();
      this.#listener.exited(this);
    });
  }

  /** From here on the end of a machine that still runs is our doing. */
  endingByUs(): void {
    if (this.exit === undefined && this.expected === "power-off") this.expected = "ended-by-us";
  }

  /** Ends the machine and reads what is left of its consoles. */
  async stop(): Promise<void> {
    if (this.machine !== undefined) this.exit = await this.machine.stop();
    this.console.stop();
  }
}
