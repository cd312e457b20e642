/**
 * The stack as plain processes on loopback: the bundle that the guests run, started on the host. Two daemons, a self-test of each, one
 * per transport. What happens is read from the event port, as it is of a guest, and held to the list of markers.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventKind } from "../../../contract/events.ts";
import { EventCollector, type ReceivedEvent } from "../../console/event-collector.ts";
import { FileTail } from "../../console/file-tail.ts";
import { LineAssembler } from "../../console/line-assembler.ts";
import { printable } from "../../console/printable.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import { busiestFirst, describeDoing } from "../../host/inspector/process-doing.ts";
import { INSPECTABLE, lookAtTree } from "../../host/inspector/look-at-tree.ts";
import { placeOf, readableStack } from "../../host/readable-stack.ts";
import { Manifest } from "../../markers/manifest.ts";
import { loadMarkers } from "../../profiles/load.ts";
import { LoopbackLadder, SELFTESTS, type LoopbackFailure } from "./loopback-ladder.ts";

/** How long the daemons may take, after the last self-test, to be back in session. */
const LINGER_MS = 20_000;
/** A run takes 4 s; on a machine that has no time for it, ten times as long. What goes on then hangs. */
const DEADLINE_MS = 120_000;
/** Its processes close their sessions first. */
const KILL_AFTER_MS = 10_000;
const MAX_QUOTED_UNITS = 300;
/** Of processes, each life for itself. */
const MAX_NAMES = 256;

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
  /** Why it failed; empty if it passed. The first is what happened first. */
  readonly failures: readonly LoopbackFailure[];
}

export interface LoopbackWorldOptions {
  /** Kept there, written anew; undefined: nowhere. */
  readonly eventFile?: string | undefined;
  readonly signal: AbortSignal;
  readonly onRung: (rung: LoopbackRung) => void;
  /** What the agent printed that is no marker. */
  readonly onOutput?: (line: string) => void;
  readonly announce?: (line: string) => void;
  /** The bundle to run instead of the agent's; for tests. */
  readonly agent?: string;
  /** For tests. */
  readonly deadlineMs?: number;
}

/** @throws HarnessError `bundle-failed`, `manifest-invalid` */
export async function runLoopbackWorld(options: LoopbackWorldOptions): Promise<LoopbackWorldResult> {
  const manifest = new Manifest(loadMarkers());
  const agent = options.agent ?? (await bundleEntry({ ...BUNDLES.agentOnHost, announce: options.announce })).path;
  const folder = await mkdtemp(join(tmpdir(), "udpsec-dev-"));
  try {
    const eventFile = options.eventFile ?? join(folder, "events.ndjson");
    await rm(eventFile, { force: true });
    return await new LoopbackRun(options, manifest).run(agent, eventFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

class LoopbackRun {
  readonly #options: LoopbackWorldOptions;
  readonly #manifest: Manifest;
  readonly #startedMs = performance.now();
  readonly #events = new EventCollector();
  readonly #ladder: LoopbackLadder;
  readonly #rungs: LoopbackRung[] = [];
  readonly #failures: LoopbackFailure[] = [];
  readonly #probesUnderWay = new Map<string, string>();
  readonly #selftestsUnderWay = new Set(SELFTESTS);
  /** By process id. */
  readonly #names = new Map<number, string>();
  #isLookedAt = false;
  #stop: () => void = () => undefined;

  constructor(options: LoopbackWorldOptions, manifest: Manifest) {
    this.#options = options;
    this.#manifest = manifest;
    this.#ladder = new LoopbackLadder(manifest);
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
  async #runAgent(agent: string, eventFile: string): Promise<number | undefined> {
    const { signal, deadlineMs = DEADLINE_MS } = this.#options;
    const words = [...INSPECTABLE, agent, "--local-world", "--events", eventFile, "--linger", String(LINGER_MS)];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    const timers: NodeJS.Timeout[] = [];
    let isTold = false;
    this.#stop = () => {
      this.#stop = () => undefined;
      isTold = true;
      child.kill("SIGTERM");
      timers.push(setTimeout(() => void child.kill("SIGKILL"), KILL_AFTER_MS));
    };
    const onAbort = (): void => this.#stop();
    signal.addEventListener("abort", onAbort, { once: true });
    timers.push(setTimeout(() => void this.#late(deadlineMs, child.pid ?? 0), deadlineMs));
    this.#readOutput(child);
    try {
      return await new Promise((resolve, reject) => {
        child.once("error", reject);
        // A process that goes by itself takes its handlers down first: what tells it to end may meet it between that and its end.
        child.once("close", (code, how) => resolve(code ?? (isTold && how === "SIGTERM" ? 0 : undefined)));
      });
    } finally {
      signal.removeEventListener("abort", onAbort);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  /** Whoever hangs is named before it is ended. */
  async #late(deadlineMs: number, agent: number): Promise<void> {
    this.#fail("timed-out", "agent", `not done after ${deadlineMs / 1000} s`);
    this.#isLookedAt = true;
    const all = await lookAtTree(agent, (pid) => this.#names.get(pid)).catch(() => []);
    for (const { doing } of busiestFirst(all.map((one) => ({ doing: one })))) {
      const trace = readableStack(describeDoing(doing)).map(printable);
      this.#fail("timed-out", doing.source, trace[0] ?? "", trace);
    }
    this.#stop();
  }

  /** Its standard output is its console: markers come as events as well. What it writes to standard error fails the run. */
  #readOutput({ stdout, stderr }: ChildProcess): void {
    const show = (line: string): void => this.#options.onOutput?.(line.slice(0, MAX_QUOTED_UNITS));
    const console = new LineAssembler();
    stdout?.on("data", (chunk: Buffer) => {
      for (const { text } of console.push(chunk, 0)) if (this.#manifest.match(text) === undefined) show(text);
    });
    let complaint = "";
    stderr?.on("data", (chunk: Buffer) => {
      // Node tells that somebody asks its inspector.
      if (!this.#isLookedAt) complaint = (complaint + chunk.toString()).slice(0, MAX_QUOTED_UNITS);
    });
    stderr?.on("end", () => {
      for (const line of complaint.split("\n")) if (line !== "") show(line);
      if (complaint !== "") this.#fail("agent-complains", "agent", complaint.trim());
    });
  }

  #take(events: readonly ReceivedEvent[]): void {
    for (const event of events) this.#takeOne(event);
    // A daemon may still be on its way back; what a self-test left out never comes.
    const isHopeless = this.#failures.length > 0 || !this.#ladder.selftestsComplete;
    if (this.#selftestsUnderWay.size === 0 && (this.#ladder.complete || isHopeless)) this.#stop();
  }

  #takeOne({ kind, source, data }: ReceivedEvent): void {
    const text = (key: string): string => printable(String(data[key]));
    switch (kind) {
      case EventKind.PROCESS_STARTED:
        if (this.#names.size < MAX_NAMES) this.#names.set(Number(data["pid"]), source);
        return;
      case EventKind.MARKER:
        return this.#rung(source, text("text"), this.#ladder.marker(source, text("text")));
      case EventKind.PROBE_STARTED:
        this.#probesUnderWay.set(source, text("probe"));
        return;
      case EventKind.PROBE_PASSED:
        this.#probesUnderWay.delete(source);
        if (this.#ladder.isRung(text("probe")))
          this.#rung(source, `probe ${text("probe")}`, this.#ladder.probe(source, text("probe")));
        return;
      case EventKind.PROBE_FAILED:
        this.#probesUnderWay.delete(source);
        return this.#fail(text("code"), source, `probe ${text("probe")}: ${text("message")}`);
      case EventKind.FATAL:
        return this.#fatal(source, text("code"), text("message"), data["stack"]);
      case EventKind.PROCESS_ENDED:
        this.#selftestsUnderWay.delete(text("process"));
        if (data["expected"] === true || this.#failures.some((failure) => failure.source === text("process"))) return;
        return this.#fail(
          "process-ended",
          text("process"),
          `ended: status ${text("status")}, signal ${text("signal")}`,
        );
    }
  }

  #fatal(source: string, code: string, message: string, stack: unknown): void {
    if (typeof stack !== "string") return this.#fail(code, source, message);
    const probe = this.#probesUnderWay.get(source);
    const trace = readableStack(stack).map(printable);
    const place = placeOf(trace);
    const during = probe === undefined ? "" : `probe ${probe}: `;
    this.#fail(code, source, `${during}${message}${place === undefined ? "" : `, thrown at ${place}`}`, trace);
  }

  #rung(source: string, text: string, wrong: LoopbackFailure | undefined): void {
    if (wrong !== undefined) {
      this.#failures.push(wrong);
      return;
    }
    const rung = { source, text, atMs: Math.round(this.#elapsedMs()) };
    this.#rungs.push(rung);
    this.#options.onRung(rung);
  }

  #judge(status: number | undefined): void {
    if (this.#options.signal.aborted) return;
    // What never came after a failure follows from it: only a run that nothing else speaks against is judged by it.
    if (this.#failures.length === 0) this.#judgeMissing();
    for (const { kind, detail } of this.#events.damage) this.#fail("event-port-damaged", "agent", `${kind}: ${detail}`);
    if (status !== 0 && this.#failures.length === 0)
      this.#fail("process-ended", "agent", `ended with ${status === undefined ? "a signal" : `status ${status}`}`);
  }

  #judgeMissing(): void {
    for (const [source, probe] of this.#probesUnderWay) this.#fail("missing", source, `probe ${probe} did not end`);
    const stuck = new Set(this.#probesUnderWay.keys());
    this.#failures.push(...this.#ladder.missing().filter(({ source }) => !stuck.has(source)));
  }

  #fail(code: string, source: string, detail: string, trace?: readonly string[]): void {
    this.#failures.push({ code, source, detail, ...(trace === undefined ? {} : { trace }) });
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }
}
