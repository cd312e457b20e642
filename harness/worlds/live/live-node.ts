import { setImmediate as nextTurn } from "node:timers/promises";
import { EventKind } from "../../../contract/events.ts";
import { MAX_CHANNEL_BYTES } from "../../console/channel-limit.ts";
import { EventCollector, MAX_EVENTS, type ReceivedEvent } from "../../console/event-collector.ts";
import { FileTail } from "../../console/file-tail.ts";
import { LineAssembler, type ConsoleLine } from "../../console/line-assembler.ts";
import { Transcript } from "../../console/transcript.ts";
import { HarnessError } from "../../host/harness-error.ts";
import type { ProcessDoing } from "../../host/inspector/process-doing.ts";
import { ConsoleDoor, type DoorOwner } from "./door/console-door.ts";
import { TypedByHand } from "./door/typed-by-hand.ts";
import { SideConsole } from "./side-console.ts";
import { SilentResets } from "./silent-resets.ts";
import { TypedEcho } from "./typed-echo.ts";
import type { RunClock } from "./clock.ts";
import { HeldOutput } from "./held-output.ts";
import type { FinishedNode, NodeFiles } from "./finished-run.ts";
import type { PlannedMachine, PlannedNode, PlannedPeer } from "./launch.ts";
import type { ExpectedEnding, NodeExit } from "./node-exit.ts";

/** What a run needs of a started machine, or of a peer on the host. */
export interface RunningMachine extends NodeFiles {
  readonly commandLine: string;
  /** It waits for this debugger, for a shell. */
  readonly gdbCommand?: string | undefined;
  readonly exited: Promise<NodeExit>;
  /** How long it was ready to run and got no processor, ms since its start; not known of a process on the host. */
  starvedMs?(): number;
  /** Asks what runs there to end in order, as ^C on its console does. */
  endInOrder(): void;
  kill(signal?: NodeJS.Signals): void;
  /** Its processors stand still. Rejects if they don't. Not of a process on the host. */
  pause?(): Promise<void>;
  resume?(): Promise<void>;
  /** Boots it again; it stands still when this is asked for. Not of a process on the host. */
  reset?(): Promise<void>;
  /** Told when its guest resets it and its next boot may come: it stands still until `reset` or `endReset`. */
  onGuestReset?(told: () => void): void;
  /** The guest's reset was its end. */
  endReset?(): void;
  stop(): Promise<NodeExit>;
  /** Types into its console; undefined where nobody can. */
  type?(bytes: Uint8Array): void;
  /** What QEMU's monitor says to `info registers -a`. Not of a process on the host. */
  registers?(): Promise<string>;
  /** Of a process on the host: what it does, and those that it started. @param nameOf by process id, as events have it */
  processes?(nameOf: (pid: number) => string | undefined): Promise<readonly ProcessDoing[]>;
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

/** Whom a node tells what is heard from it. */
export interface NodeListener {
  line(node: LiveNode, line: ConsoleLine): void;
  /** Something stands on its console without a line end. */
  unfinished?(node: LiveNode, text: string): void;
  event(node: LiveNode, event: ReceivedEvent): void;
  exited(node: LiveNode): void;
  /** Its machine is about to boot again: what comes from here on is of its next boot. */
  rebooted?(node: LiveNode): void;
  /** Somebody who came through its door did something to it. */
  byHand?(node: LiveNode, what: HandsOn): void;
}

/** What people do to a machine. */
export type HandsOn = "typed on" | "paused" | "resumed";

/** Turns of the event loop in which all that a machine has written before it stood still is read. */
const SETTLE_TURNS = 4;

/** Processes of a node, each of its lives for itself. */
const MAX_NAMES = 256;

/** Of a run that keeps no evidence, in memory. */
const FEW_EVENTS = 1_000;

/**
 * One node of a run, from its start to its exit, with both of its channels: the serial console as its bytes come, and the event port from
 * the file that is written of it.
 */
export class LiveNode {
  readonly planned: PlannedNode;
  readonly transcript = new Transcript();
  machine: RunningMachine | undefined;
  exit: NodeExit | undefined;
  expected: ExpectedEnding;
  /** Self-tests that have ended, by the event port. */
  endedSelftests = 0;
  /** When anything last came from it, ms on the run's clock; undefined while it is silent. */
  lastByteMs: number | undefined;
  /** When its first own line came (the kind's boot sign, else its first marker), and its first event; ms on the run's clock. */
  bootMs: number | undefined;
  /** Its processes by their ids, as they told themselves: on a host they can be looked at. */
  readonly processNames = new Map<number, string>();
  readyMs: number | undefined;
  /** Pauses that are over, and since when it is paused now. */
  #pausedMs = 0;
  #pausedAtMs: number | undefined;
  readonly #listener: NodeListener;
  readonly #clock: RunClock;
  readonly #lines: LineAssembler;
  readonly #events: EventCollector;
  readonly #listening: Promise<number | undefined>;
  #heardPort: (port: number | undefined) => void = () => undefined;
  #eventPort: FileTail | undefined;
  #sideConsoles: readonly SideConsole[] = [];
  readonly #silentResets = new SilentResets();
  readonly #echo = new TypedEcho();
  readonly #hand = new TypedByHand();
  #door: ConsoleDoor | undefined;
  /** The run is held, and this ends it. */
  onEndAsked: (() => void) | undefined;
  #isOver = false;
  /** Ended when it was meant to be. */
  #isDone = false;

  /** @param keepsEvidence false: few of the events stay in memory, all are told */
  constructor(planned: PlannedNode, listener: NodeListener, clock: RunClock, keepsEvidence: boolean) {
    this.#events = new EventCollector(keepsEvidence ? MAX_EVENTS : FEW_EVENTS);
    this.planned = planned;
    const { console, ending } = planned.plan.kind;
    this.expected = ending?.when ?? "power-off";
    this.#lines = new LineAssembler({ prompt: console.firmwarePrompt, encoding: console.encoding });
    this.#listener = listener;
    this.#clock = clock;
    this.#listening = new Promise((resolve) => (this.#heardPort = resolve));
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
    const output = new HeldOutput((chunk, atMs) => this.#serial(chunk, atMs), this.#clock);
    const onSerial = (chunk: Uint8Array): void => output.take(chunk);
    try {
      this.#follow(
        planned.kind === "machine"
          ? await starters.startMachine(planned, artifactsFolder, onSerial, signal)
          : await starters.startPeer(planned, artifactsFolder, onSerial, signal),
      );
    } finally {
      output.release();
    }
  }

  #follow(machine: RunningMachine): void {
    this.machine = machine;
    if (machine.type === undefined) this.#closeDoor();
    if (this.planned.plan.kind.hasEventPort) this.#followEvents(machine.eventLogPath);
    this.#followConsoles(machine);
    // Who loses its control channel meanwhile says so by its end.
    machine.onGuestReset?.(() => void this.#guestReset(machine).catch(() => undefined));
    void machine.exited.then((exit) => {
      this.exit = exit;
      this.#readToTheEnd();
      this.#closeDoor();
      this.#heardPort(undefined);
      this.#listener.exited(this);
    });
  }

  /** Lets people in, from before it starts until it ends; a machine without a console to type into has no door. */
  async openDoor(at: Pick<DoorOwner, "socketPath" | "linkPath">): Promise<void> {
    this.#door = await ConsoleDoor.open({
      ...at,
      greeting: () => {
        const shell = this.planned.plan.kind.can.has("shell") ? '; the line "shell" brings a shell of root' : "";
        return `${this.name} ${this.isPaused ? "stands still" : "runs"}${shell}`;
      },
      onTyped: (bytes) => this.#typedByHand(bytes),
      perform: (want) => this.#performByHand(want),
    });
  }

  get hasDoor(): boolean {
    return this.#door !== undefined;
  }

  get isPaused(): boolean {
    return this.#pausedAtMs !== undefined;
  }

  /** Reads what the event port holds now: before something is said to be missing. */
  drain(): void {
    this.#eventPort?.readAll();
    for (const console of this.#sideConsoles) console.drain();
  }

  /** Ends it at once, as a power cut does; its death is then no failure. */
  kill(): void {
    this.expected = "killed";
    this.machine?.kill("SIGKILL");
  }

  /** The run has seen what it came for: ends a machine that doesn't end by itself. */
  endAsMeant(): void {
    this.#isDone = true;
    void this.machine?.stop();
  }

  /** @throws what the machine says against it */
  async pause(): Promise<void> {
    const machine = this.#able("pause");
    const atMs = this.#clock.nowMs();
    await machine.pause?.();
    this.#pausedAtMs ??= atMs;
  }

  /** @throws what the machine says against it */
  async resume(): Promise<void> {
    await this.#able("resume").resume?.();
    this.#goesOn();
  }

  /** Boots it again, whatever it does. @throws what the machine says against it */
  async reset(): Promise<void> {
    const machine = this.#able("reset");
    await this.pause();
    await this.#bootAgain(machine);
  }

  /** From here on the end of a machine that still runs is our doing. */
  endingByUs(): void {
    if (this.exit === undefined && this.expected !== "killed" && !this.#isDone) this.expected = "ended-by-us";
  }

  /** Ends the machine and reads what is left of its channels. */
  async stop(): Promise<void> {
    if (this.machine !== undefined) this.exit = await this.machine.stop();
    this.#readToTheEnd();
    this.#closeDoor();
  }

  /** @returns what it leaves; meant for the time after `stop` */
  finished(): FinishedNode {
    const { name, planned, machine, exit, expected, transcript, bootMs, readyMs } = this;
    const { events, damage } = this.#events;
    const pausedMs = this.#allPausesMs();
    return { name, planned, files: machine, exit, expected, transcript, events, damage, bootMs, readyMs, pausedMs };
  }

  /** It stands still. */
  async #guestReset(machine: RunningMachine): Promise<void> {
    await this.#settle();
    if (this.#silentResets.takes()) await machine.reset?.();
    else if (this.planned.plan.kind.onReset === "boot") await this.#bootAgain(machine);
    else machine.endReset?.();
  }

  /** It stands still: what it has written is read. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await nextTurn();
    this.drain();
  }

  /** It stands still. */
  async #bootAgain(machine: RunningMachine): Promise<void> {
    await this.#settle();
    for (const line of this.#lines.end()) this.#line(line);
    for (const console of this.#sideConsoles) console.cut();
    this.#silentResets.bootsAgain();
    this.#listener.rebooted?.(this);
    await machine.reset?.();
    this.#goesOn();
  }

  #closeDoor(): void {
    this.#door?.close();
    this.#door = undefined;
  }

  #typedByHand(bytes: Uint8Array): void {
    this.#listener.byHand?.(this, "typed on");
    for (const line of this.#hand.take(bytes)) this.#echo.typed(line);
    this.machine?.type?.(bytes);
  }

  async #performByHand(want: "pause" | "resume" | "end"): Promise<string> {
    if (want === "end") {
      const hint = "^C where it was started ends it";
      if (this.onEndAsked === undefined) throw new HarnessError("attach-refused", `the run goes on: ${hint}`, hint);
      this.onEndAsked();
      return "the run ends";
    }
    await (want === "pause" ? this.pause() : this.resume());
    this.#listener.byHand?.(this, want === "pause" ? "paused" : "resumed");
    return want === "pause" ? `${this.name} stands still` : `${this.name} goes on`;
  }

  #heard(atMs: number): void {
    this.lastByteMs = atMs;
    this.#silentResets.heard();
  }

  #goesOn(): void {
    this.#pausedMs = this.#allPausesMs();
    this.#pausedAtMs = undefined;
  }

  #allPausesMs(): number {
    const nowMs = this.#clock.nowMs();
    return this.#pausedMs + nowMs - (this.#pausedAtMs ?? nowMs);
  }

  #able(what: "pause" | "resume" | "reset"): RunningMachine {
    if (this.machine?.[what] === undefined) throw new RangeError(`${this.name} can't ${what}`);
    return this.machine;
  }

  #serial(chunk: Uint8Array, atMs: number): void {
    if (this.#isOver) return;
    this.#heard(atMs);
    this.#door?.pass(chunk);
    for (const line of this.#lines.push(chunk, atMs)) this.#line(line);
    const { unfinished } = this.#lines;
    if (unfinished !== "") this.#listener.unfinished?.(this, unfinished);
  }

  /** What stands on its console without a line end. */
  get unfinished(): string {
    return this.#lines.unfinished;
  }

  /** Types into its console. */
  type(text: string, enter: boolean): void {
    this.#echo.typed(text);
    this.machine?.type?.(new TextEncoder().encode(`${text}${enter ? "\r" : ""}`));
  }

  #line(assembled: ConsoleLine): void {
    const isEcho = assembled.console === undefined && this.#echo.isEcho(assembled.text);
    const line = isEcho ? { ...assembled, isEcho } : assembled;
    this.transcript.add(line);
    this.#listener.line(this, line);
  }

  #followEvents(path: string): void {
    const onBytes = (chunk: Uint8Array, atMs: number): void => {
      this.lastByteMs = atMs;
      for (const event of this.#events.push(chunk, atMs)) this.#event(event);
    };
    this.#eventPort = new FileTail(path, onBytes, () => this.#clock.nowMs(), MAX_CHANNEL_BYTES);
    this.#eventPort.start();
  }

  #followConsoles({ consoleLogPaths = {} }: RunningMachine): void {
    const { planned } = this;
    const ofGuest = planned.kind === "machine" ? (planned.spec.guest.shape?.consoles ?? []) : [];
    this.#sideConsoles = (planned.plan.node.consoles ?? []).flatMap((name) => {
      const path = consoleLogPaths[name];
      if (path === undefined) return [];
      const maxBytes = ofGuest.find((one) => one.name === name)?.maxBytes ?? MAX_CHANNEL_BYTES;
      const take = (line: ConsoleLine): void => this.#line(line);
      return [new SideConsole({ name, path, maxBytes }, this.#clock, take, (atMs) => this.#heard(atMs))];
    });
    for (const console of this.#sideConsoles) console.start();
  }

  #event(event: ReceivedEvent): void {
    const { kind, data } = event;
    this.readyMs ??= event.arrivedMs;
    if (kind === EventKind.PROCESS_STARTED && typeof data["pid"] === "number" && this.processNames.size < MAX_NAMES)
      this.processNames.set(data["pid"], event.source);
    if (kind === EventKind.LISTENING && typeof data["port"] === "number") this.#heardPort(data["port"]);
    if (kind === EventKind.PROCESS_ENDED && String(data["process"]).startsWith("selftest")) this.endedSelftests += 1;
    this.#listener.event(this, event);
  }

  /** What is left in both channels, lines without an end included; nothing is heard after it. */
  #readToTheEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#eventPort?.stop();
    for (const console of this.#sideConsoles) console.stop();
    for (const line of this.#lines.end()) this.#line(line);
    for (const event of this.#events.end()) this.#event(event);
  }
}
