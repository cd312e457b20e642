import { type ChildProcess, spawn } from "node:child_process";
import type { GuestConfiguration, ProcessConfiguration } from "../../contract/configuration.ts";
import { type FromProcess, isMessage, type ToProcess } from "./process-messages.ts";

/** A process that doesn't end on SIGTERM is killed after this long. */
const KILL_AFTER_MS = 15_000;

export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnOptions {
  readonly configuration: GuestConfiguration;
  readonly process: ProcessConfiguration;
  readonly index: number;
  readonly source: string;
  /** The agent's own. */
  readonly eventFile: number | undefined;
}

/** A daemon or a self-test, as the agent sees it. */
export class SupervisedProcess {
  readonly kind: ProcessConfiguration["kind"];
  readonly configured: ProcessConfiguration;
  readonly source: string;
  /** Resolves when a daemon is ready; never, if it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when a peer said goodbye to it and no session was left. */
  readonly goodbye: Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  /** It was told to end: its end is no surprise. */
  isStopping = false;
  readonly #child: ChildProcess;

  constructor(options: SpawnOptions) {
    this.kind = options.process.kind;
    this.configured = options.process;
    this.source = options.source;
    this.#child = spawnChild(options);
    this.ready = this.#heard("ready");
    this.goodbye = this.#heard("goodbye");
    this.ended = new Promise((resolve) => {
      this.#child.once("error", () => resolve({ status: 127, signal: null }));
      this.#child.once("exit", (status, signal) => resolve({ status, signal }));
    });
    const { run, node, keyLog, qlogBytes } = options.configuration;
    this.#tell({
      type: "configure",
      configuration: options.process,
      run,
      node,
      keyLog,
      qlogBytes,
      source: options.source,
      hasEventFile: options.eventFile !== undefined,
    });
  }

  /** A self-test: `restart` is called each time a restart of its daemon is awaited. */
  onRestartAwaited(restart: () => void): void {
    this.#child.on("message", (message: unknown) => {
      if (isMessage(message) && message.type === "restart-awaited") restart();
    });
  }

  start(): void {
    this.#tell({ type: "start" });
  }

  /** Asks it to end in order; kills it if it doesn't. */
  async stop(): Promise<ProcessEnd> {
    this.isStopping = true;
    this.#child.kill("SIGTERM");
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), KILL_AFTER_MS);
    const end = await this.ended;
    clearTimeout(killer);
    return end;
  }

  #tell(message: ToProcess): void {
    // A process that is gone can't be told anything; its end says enough.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #heard(type: FromProcess["type"]): Promise<void> {
    return new Promise((resolve) => {
      this.#child.on("message", (message: unknown) => {
        if (isMessage(message) && message.type === type) resolve();
      });
    });
  }
}

function spawnChild({ index, eventFile }: SpawnOptions): ChildProcess {
  const words = [...process.execArgv, process.argv[1] ?? "", "--process", String(index)];
  return spawn(process.execPath, words, { stdio: ["ignore", "inherit", "inherit", eventFile ?? "ignore", "ipc"] });
}
