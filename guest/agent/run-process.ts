/** One process of the configuration: a daemon or a self-test. What it is comes over the channel to its parent. */
import { keyLogTo } from "../bus/drivers/key-log.ts";
import { BusError } from "../bus/sessions/bus-error.ts";
import type { DaemonConfiguration, SelftestConfiguration } from "../../contract/configuration.ts";
import { ConfigurationError } from "../../contract/field-reader.ts";
import { EventKind } from "../../contract/events.ts";
import { Daemon } from "../dsoftbusd/daemon.ts";
import { NodeClock } from "../node/clock.ts";
import { FileConsole } from "../node/console.ts";
import { createNodeRuntime } from "../node/node-runtime.ts";
import type { AgentParts } from "./agent-parts.ts";
import { agentCrypto } from "./primitives.ts";
import { reportMemory } from "./memory-reports.ts";
import { CONSOLE_FILE, EVENT_FILE, type FromProcess, isMessage, type ToProcess } from "./process-messages.ts";

type Configure = Extract<ToProcess, { type: "configure" }>;

/** @returns the exit code */
export async function runProcess(parts: AgentParts): Promise<number> {
  const started = nextMessage("start");
  const configure = await nextMessage("configure");
  const { configuration } = configure;
  const clock = new NodeClock();
  const eventFile = configure.hasEventFile ? EVENT_FILE : undefined;
  const console = new FileConsole({ consoleFile: CONSOLE_FILE, eventFile, source: configure.source, clock });
  process.on("uncaughtExceptionMonitor", (error, origin) => {
    console.event(EventKind.FATAL, { code: origin, message: String(error) });
  });
  console.event(EventKind.PROCESS_STARTED, {
    run: configure.run,
    node: configure.node,
    pid: process.pid,
    crypto: agentCrypto.name,
    entropyPolicy: configuration.entropyPolicy,
  });
  reportMemory(console);
  try {
    if (configuration.kind === "dsoftbusd") return await runDaemon(configuration, configure, console, parts);
    await started;
    return await runTests(configuration, configure, console, parts);
  } catch (error) {
    if (!(error instanceof BusError) && !(error instanceof ConfigurationError)) throw error;
    console.event(EventKind.FATAL, { code: error.code, message: error.message });
    console.line(`${configure.source}: ${error.message}`);
    return 1;
  }
}

async function runDaemon(
  configuration: DaemonConfiguration,
  configure: Configure,
  console: FileConsole,
  { services }: AgentParts,
): Promise<number> {
  const told = stopAsked();
  const runtime = createNodeRuntime(console);
  const keyLog = configure.keyLog ? keyLogTo(console) : undefined;
  const onLastGoodbye = (): void => tell({ type: "goodbye" });
  const daemon = await Daemon.start({ runtime, crypto: agentCrypto, configuration, keyLog, services, onLastGoodbye });
  tell({ type: "ready" });
  const failure = await Promise.race([told, daemon.failed]);
  await daemon.stop();
  if (failure !== undefined) throw failure;
  return 0;
}

async function runTests(
  configuration: SelftestConfiguration,
  configure: Configure,
  console: FileConsole,
  { runSelftest }: AgentParts,
): Promise<number> {
  if (runSelftest === undefined) throw new ConfigurationError("kind", "this program runs no self-tests");
  const runtime = createNodeRuntime(console);
  const keyLog = configure.keyLog ? keyLogTo(console) : undefined;
  const onRestartAwaited = (): void => tell({ type: "restart-awaited" });
  const hasPassed = await runSelftest({ runtime, crypto: agentCrypto, configuration, keyLog, onRestartAwaited });
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
