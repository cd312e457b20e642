/** One process of the configuration: a daemon or a self-test, whoever started it. */
import { keyLogTo } from "../bus/drivers/key-log.ts";
import { QlogEvents } from "../bus/drivers/qlog-events.ts";
import { BusError } from "../bus/sessions/bus-error.ts";
import type { DaemonConfiguration, SelftestConfiguration } from "../../contract/configuration.ts";
import { ConfigurationError } from "../../contract/field-reader.ts";
import { EventKind } from "../../contract/events.ts";
import type { KeyLog, TraceSink } from "../core/index.ts";
import { Daemon } from "../dsoftbusd/daemon.ts";
import { NodeClock } from "../node/clock.ts";
import { FileConsole } from "../node/console.ts";
import { createNodeRuntime } from "../node/node-runtime.ts";
import type { AgentParts } from "./agent-parts.ts";
import { tellCrashes } from "./crash.ts";
import { agentCrypto } from "./primitives.ts";
import { reportMemory } from "./memory-reports.ts";
import { CONSOLE_FILE, EVENT_FILE, type FromProcess, isMessage, type ToProcess } from "./process-messages.ts";

type Configure = Extract<ToProcess, { type: "configure" }>;

/** What one process is told of itself. */
export interface ConfiguredProcess extends Pick<
  Configure,
  "configuration" | "run" | "node" | "keyLog" | "qlogBytes" | "source"
> {
  /** How long a daemon goes on, at most; undefined: until it is told to end. */
  readonly lingerMs?: number;
}

/** What a process hears of those beside it, and tells them. */
export interface ProcessLife {
  /** Self-tests: the daemons beside it are ready. */
  readonly started: Promise<void>;
  /** Daemons: its work is done. */
  readonly goodbye?: Promise<void>;
  onReady(): void;
  onLastGoodbye(): void;
  onRestartAwaited(): void;
}

/** A process that the agent started. @returns the exit code */
export async function runProcess(parts: AgentParts): Promise<number> {
  const life: ProcessLife = {
    started: nextMessage("start").then(() => undefined),
    onReady: () => tell({ type: "ready" }),
    onLastGoodbye: () => tell({ type: "goodbye" }),
    onRestartAwaited: () => tell({ type: "restart-awaited" }),
  };
  const configure = await nextMessage("configure");
  const eventFile = configure.hasEventFile ? EVENT_FILE : undefined;
  const console = startedConsole({ source: configure.source, eventFile });
  return await runConfigured(configure, console, life, parts);
}

/** The console of a process that begins. */
export function startedConsole(names: {
  readonly source: string;
  readonly eventFile: number | undefined;
}): FileConsole {
  const console = new FileConsole({ consoleFile: CONSOLE_FILE, ...names, clock: new NodeClock() });
  tellCrashes(console, names);
  return console;
}

/** @returns the exit code */
export async function runConfigured(
  told: ConfiguredProcess,
  console: FileConsole,
  life: ProcessLife,
  parts: AgentParts,
): Promise<number> {
  const { run, node, configuration } = told;
  const { entropyPolicy, kind } = configuration;
  console.event(EventKind.PROCESS_STARTED, { run, node, pid: process.pid, crypto: agentCrypto.name, entropyPolicy });
  reportMemory(console);
  const keyLog = told.keyLog ? keyLogTo(console) : undefined;
  const { qlogBytes } = told;
  const qlog = qlogBytes === undefined ? undefined : new QlogEvents(console, new NodeClock(), qlogBytes);
  const means: Means = { console, keyLog, trace: qlog, life, parts };
  try {
    if (kind === "dsoftbusd") return await runDaemon(configuration, told.lingerMs, means);
    await life.started;
    return await runTests(configuration, means);
  } catch (error) {
    if (!(error instanceof BusError) && !(error instanceof ConfigurationError)) throw error;
    console.event(EventKind.FATAL, { code: error.code, message: error.message });
    console.line(`${told.source}: ${error.message}`);
    return 1;
  } finally {
    qlog?.flush();
  }
}

interface Means {
  readonly console: FileConsole;
  readonly keyLog: KeyLog | undefined;
  readonly trace: TraceSink | undefined;
  readonly life: ProcessLife;
  readonly parts: AgentParts;
}

async function runDaemon(
  configuration: DaemonConfiguration,
  lingerMs: number | undefined,
  { console, keyLog, trace, life, parts: { services } }: Means,
): Promise<number> {
  const told = stopAsked();
  const runtime = createNodeRuntime(console);
  const onLastGoodbye = (): void => life.onLastGoodbye();
  const means = { runtime, crypto: agentCrypto, keyLog, trace, services };
  const daemon = await Daemon.start({ ...means, configuration, onLastGoodbye });
  life.onReady();
  const never = new Promise<void>(() => undefined);
  const lingered = lingerMs === undefined ? never : new Promise<void>((resolve) => setTimeout(resolve, lingerMs));
  const failure = await Promise.race([told, life.goodbye ?? never, lingered, daemon.failed]);
  await daemon.stop();
  if (failure !== undefined) throw failure;
  return 0;
}

async function runTests(
  configuration: SelftestConfiguration,
  { console, keyLog, trace, life, parts: { runSelftest } }: Means,
): Promise<number> {
  if (runSelftest === undefined) throw new ConfigurationError("kind", "this program runs no self-tests");
  const runtime = createNodeRuntime(console);
  const onRestartAwaited = (): void => life.onRestartAwaited();
  const means = { runtime, crypto: agentCrypto, keyLog, trace };
  const hasPassed = await runSelftest({ ...means, configuration, onRestartAwaited });
  return hasPassed ? 0 : 1;
}

/** SIGTERM, SIGINT, or the agent's death. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
    process.once("disconnect", () => resolve());
  });
}

function nextMessage<T extends ToProcess["type"]>(type: T): Promise<Extract<ToProcess, { type: T }>> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (!isMessage(message) || message.type !== type) return;
      process.off("message", onMessage);
      resolve(message as Extract<ToProcess, { type: T }>);
    };
    process.on("message", onMessage);
  });
}

function tell(message: FromProcess): void {
  if (process.connected) process.send?.(message);
}
