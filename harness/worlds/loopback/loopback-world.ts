/**
 * The stack as plain processes on loopback: the bundle that the guests run, started on the host. Two daemons, a self-test of each, one
 * per transport. What happens is read from the event port, as it is of a guest.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventKind } from "../../../contract/events.ts";
import { MARKERS } from "../../../contract/markers.ts";
import { EventCollector, type ReceivedEvent } from "../../console/event-collector.ts";
import { FileTail } from "../../console/file-tail.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";

const ENTRY = "guest/agent/main.ts";
const BUNDLE = "build/run/guest-agent-main.mjs";
const MAX_COMPLAINT_UNITS = 4_000;
/** Their markers are rungs already. */
const PROBES_WITH_MARKER = new Set([
  "control",
  "bulk",
  "backpressure",
  "fallback",
  "rng-gate",
  "identity-reject",
  "peer-loss",
]);
/** Rungs without which a run proved nothing, whatever its exit status says. */
const REQUIRED = [
  MARKERS.sessionOk,
  MARKERS.selectedUdpSec,
  MARKERS.muxDataOk,
  MARKERS.controlOk,
  MARKERS.bulkOk,
  MARKERS.backpressureOk,
  MARKERS.fallbackOk,
  MARKERS.identityRejectOk,
];

export interface LoopbackRung {
  /** Of the process: `dsoftbusd`, `selftest-2`. */
  readonly source: string;
  /** A marker's text, or `probe NAME` of one that has none. */
  readonly text: string;
  /** Since the start. */
  readonly atMs: number;
}

export interface LoopbackWorldResult {
  readonly passed: boolean;
  readonly durationMs: number;
  readonly rungs: readonly LoopbackRung[];
  /** Why it failed, one sentence each; empty if it passed. */
  readonly failures: readonly string[];
}

export interface LoopbackWorldOptions {
  /** Kept there, written anew; undefined: nowhere. */
  readonly eventFile?: string | undefined;
  readonly signal: AbortSignal;
  readonly onRung: (rung: LoopbackRung) => void;
  readonly announce?: (line: string) => void;
  /** The bundle to run instead of the agent's; for tests. */
  readonly agent?: string;
}

/** @throws HarnessError `bundle-failed` */
export async function runLoopbackWorld(options: LoopbackWorldOptions): Promise<LoopbackWorldResult> {
  const agent = options.agent ?? (await bundleEntry({ entry: ENTRY, out: BUNDLE, announce: options.announce })).path;
  const folder = await mkdtemp(join(tmpdir(), "udpsec-dev-"));
  try {
    const eventFile = options.eventFile ?? join(folder, "events.ndjson");
    await rm(eventFile, { force: true });
    return await new LoopbackRun(options).run(agent, eventFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

class LoopbackRun {
  readonly #options: LoopbackWorldOptions;
  readonly #startedMs = performance.now();
  readonly #events = new EventCollector();
  readonly #rungs: LoopbackRung[] = [];
  readonly #failures: string[] = [];
  readonly #probesUnderWay = new Map<string, string>();

  constructor(options: LoopbackWorldOptions) {
    this.#options = options;
  }

  async run(agent: string, eventFile: string): Promise<LoopbackWorldResult> {
    const take = (chunk: Uint8Array, atMs: number): void => this.#take(this.#events.push(chunk, atMs));
    const tail = new FileTail(eventFile, take, () => this.#elapsedMs());
    tail.start();
    const status = await this.#runAgent(agent, eventFile).finally(() => tail.stop());
    this.#take(this.#events.end());
    this.#judge(status);
    const failures = this.#failures;
    return { passed: failures.length === 0, durationMs: this.#elapsedMs(), rungs: this.#rungs, failures };
  }

  /** @returns its exit status; undefined: it ended on a signal, or could not be started */
  #runAgent(agent: string, eventFile: string): Promise<number | undefined> {
    const { signal } = this.#options;
    const words = [agent, "--local-world", "--events", eventFile];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on(
      "data",
      (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-MAX_COMPLAINT_UNITS)),
    );
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        signal.removeEventListener("abort", stop);
        if (complaint !== "") this.#failures.push(complaint.trim());
        resolve(code ?? undefined);
      });
    });
  }

  #take(events: readonly ReceivedEvent[]): void {
    for (const event of events) this.#takeOne(event);
  }

  #takeOne({ kind, source, data }: ReceivedEvent): void {
    const text = (key: string): string => String(data[key]);
    switch (kind) {
      case EventKind.MARKER:
        return this.#rung(source, text("text"));
      case EventKind.PROBE_STARTED:
        this.#probesUnderWay.set(source, text("probe"));
        return;
      case EventKind.PROBE_PASSED:
        this.#probesUnderWay.delete(source);
        if (!PROBES_WITH_MARKER.has(text("probe"))) this.#rung(source, `probe ${text("probe")}`);
        return;
      case EventKind.PROBE_FAILED:
        this.#failures.push(`${source}: probe ${text("probe")}: ${text("message")} (${text("code")})`);
        return;
      case EventKind.FATAL:
        this.#failures.push(`${source}: ${text("message")} (${text("code")})`);
        return;
      case EventKind.PROCESS_ENDED:
        if (data["expected"] === true) return;
        this.#failures.push(`${text("process")} ended: status ${text("status")}, signal ${text("signal")}`);
        return;
    }
  }

  #rung(source: string, text: string): void {
    const rung = { source, text, atMs: Math.round(this.#elapsedMs()) };
    this.#rungs.push(rung);
    this.#options.onRung(rung);
  }

  #judge(status: number | undefined): void {
    const reached = new Set(this.#rungs.map(({ text }) => text));
    for (const marker of REQUIRED) if (!reached.has(marker)) this.#failures.push(`never reached: ${marker}`);
    for (const [source, probe] of this.#probesUnderWay)
      this.#failures.push(`${source}: probe ${probe} did not end well`);
    for (const { kind, detail } of this.#events.damage) this.#failures.push(`event port: ${kind}: ${detail}`);
    if (status !== 0) this.#failures.push(`the agent ended with ${status === undefined ? "a signal" : status}`);
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }
}
