import { ConsoleReader } from "../../console/console-reader.ts";
import type { ReceivedEvent } from "../../console/event-collector.ts";
import type { RunClock } from "./clock.ts";
import type { FinishedNode, NodeFiles } from "./finished-run.ts";
import { EventKind } from "../../../contract/events.ts";
import type { ExpectedEnding, NodeExit } from "./node-exit.ts";
import type { PlannedMachine, PlannedNode, PlannedPeer } from "./launch.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";

/** What a run needs of a started machine, or of a peer on the host. */
export interface RunningMachine extends NodeFiles {
  readonly commandLine: string;
  readonly exited: Promise<NodeExit>;
  /** How long it was ready to run and got no processor, ms since its start; not known of a process on the host. */
  starvedMs?(): number;
  /** Asks what runs there to end in order, as ^C on its console does. */
  endInOrder(): void;
  kill(signal?: NodeJS.Signals): void;
  stop(): Promise<NodeExit>;
}

type Start<Planned> = (
  planned: Planned,
  artifactsFolder: string,
  onSerial: (chunk: Uint8Array) => void,
  /** Gives up what has not started yet. */
  signal: AbortSignal,
) => Promise<RunningMachine>;

export type StartMachine = Start<PlannedMachine>;
export type StartPeer = Start<PlannedPeer>;

/** How the nodes of a run are started; tests give their own. */
export interface NodeStarters {
  readonly startMachine: StartMachine;
  readonly startPeer: StartPeer;
}

/** Whom a node's session tells what it hears. */
export interface SessionListener {
  line(session: NodeSession, line: ConsoleLine): void;
  event(session: NodeSession, event: ReceivedEvent): void;
  exited(session: NodeSession): void;
}

/** Of a run that keeps no evidence, in memory. */
const FEW_EVENTS = 1_000;

/** One machine of a run, or a peer on the host, with its consoles, from start to exit. */
export class NodeSession {
  readonly planned: PlannedNode;
  readonly console: ConsoleReader;
  readonly #listener: SessionListener;
  machine: RunningMachine | undefined;
  exit: NodeExit | undefined;
  expected: ExpectedEnding = "power-off";
  /** Self-tests that have ended, by the agent's account. */
  endedSelftests = 0;
  readonly #listening: Promise<number | undefined>;
  #heardPort: (port: number | undefined) => void = () => undefined;

  /** @param keepsEvidence false: few of the events stay in memory */
  constructor(planned: PlannedNode, listener: SessionListener, clock: RunClock, keepsEvidence: boolean) {
    this.planned = planned;
    this.#listener = listener;
    this.#listening = new Promise((resolve) => (this.#heardPort = resolve));
    this.console = new ConsoleReader(
      { line: (line) => listener.line(this, line), event: (event) => this.#event(event) },
      () => clock.nowMs(),
      keepsEvidence ? undefined : FEW_EVENTS,
    );
  }

  get name(): string {
    return this.planned.plan.node.name;
  }

  /** The port on which its daemon listens, once it says so; undefined if it ended before. */
  get listeningPort(): Promise<number | undefined> {
    return this.#listening;
  }

  async start(starters: NodeStarters, artifactsFolder: string, signal: AbortSignal): Promise<void> {
    const { planned } = this;
    const onSerial = (chunk: Uint8Array): void => this.console.serial(chunk);
    const machine =
      planned.kind === "machine"
        ? await starters.startMachine(planned, artifactsFolder, onSerial, signal)
        : await starters.startPeer(planned, artifactsFolder, onSerial, signal);
    this.machine = machine;
    if (planned.plan.kind.hasEventPort) this.console.followEvents(machine.eventLogPath);
    void machine.exited.then((exit) => {
      this.exit = exit;
      this.console.stop();
      this.#heardPort(undefined);
      this.#listener.exited(this);
    });
  }

  /** Ends it at once, as a power cut does; its death is then no failure. */
  kill(): void {
    this.expected = "killed";
    this.machine?.kill("SIGKILL");
  }

  /** From here on the end of a machine that still runs is our doing. */
  endingByUs(): void {
    if (this.exit === undefined && this.expected === "power-off") this.expected = "ended-by-us";
  }

  #event(event: ReceivedEvent): void {
    const { kind, data } = event;
    if (kind === EventKind.LISTENING && typeof data["port"] === "number") this.#heardPort(data["port"]);
    if (kind === EventKind.PROCESS_ENDED && String(data["process"]).startsWith("selftest")) this.endedSelftests += 1;
    this.#listener.event(this, event);
  }

  /** Ends the machine and reads what is left of its consoles. */
  async stop(): Promise<void> {
    if (this.machine !== undefined) this.exit = await this.machine.stop();
    this.console.stop();
  }

  /** @returns what it leaves; meant for the time after `stop` */
  finished(): FinishedNode {
    const { name, planned, machine, exit, expected, console } = this;
    return {
      ...{ name, planned, files: machine, exit, expected, transcript: console.transcript },
      ...{ events: console.events.events, damage: console.events.damage },
    };
  }
}
