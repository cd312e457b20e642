/**
 * SIGKILL of a real daemon at random moments. Another daemon holds a session to it; it must say why that ended, within the bound that
 * silence has, and be back when the peer is. Every life and every session is read from the event port.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonConfiguration, GuestConfiguration } from "../../../contract/configuration.ts";
import { type EventLine, parseEventLine } from "../../../contract/event-line.ts";
import { EventKind } from "../../../contract/events.ts";

/** Idle timeout 15 s, mux keepalive 12 to 13 s, and a machine that has other work. */
const NOTICED_WITHIN_MS = 25_000;
/** Sessions that end young make the survivor wait longer each time, up to 30 s; then it dials, for up to 10 s. */
const BACK_WITHIN_MS = 45_000;
const LOOK_EVERY_MS = 20;
/** What silence may be called; over tcp the kernel says it for the dead. */
const ENDS = new Set(["APPLICATION", "IDLE", "PATH", "TRUNCATED"]);

export interface KillResult {
  readonly round: number;
  /** From the session to the kill. */
  readonly livedMs: number;
  readonly end: string;
  readonly noticedMs: number;
  /** From the start of the next life to a new session. */
  readonly backMs: number;
}

export class KillSoakError extends Error {
  readonly code = "KILL_SOAK";

  constructor(message: string) {
    super(message);
    this.name = "KillSoakError";
  }
}

export interface KillSoakOptions {
  /** The agent's bundle. */
  readonly agent: string;
  readonly rounds: number;
  /** Two daemons: the first is killed, the second dials it. */
  readonly world: GuestConfiguration;
  /** 0 up to 1, for the moment of each kill. */
  readonly draw: () => number;
  readonly onRound?: (result: KillResult) => void;
}

/** @throws KillSoakError at the first round that isn't as it should be */
export async function soakKills(options: KillSoakOptions): Promise<readonly KillResult[]> {
  const folder = mkdtempSync(join(tmpdir(), "udpsec-kill-"));
  const [victim, survivor] = options.world.processes.filter((process) => process.kind === "dsoftbusd");
  if (victim === undefined || survivor === undefined) throw new KillSoakError("the world has no two daemons");
  const watcher = new Agent(options, folder, "survivor", survivor);
  let target = new Agent(options, folder, "victim-0", victim);
  const results: KillResult[] = [];
  try {
    await watcher.sessions(1);
    for (let round = 1; round <= options.rounds; round += 1) {
      const livedMs = Math.round(options.draw() * 1_500);
      await sleep(livedMs);
      const noticedMs = await timed(async () => {
        target.kill();
        await watcher.ends(round);
      });
      const end = watcher.endName(round);
      if (!ENDS.has(end)) throw new KillSoakError(`round ${round}: the silence was called ${end}`);
      target = new Agent(options, folder, `victim-${round}`, victim);
      const backMs = await timed(() => watcher.sessions(round + 1));
      const result = { round, livedMs, end, noticedMs, backMs };
      results.push(result);
      options.onRound?.(result);
    }
    return results;
  } finally {
    watcher.kill();
    target.kill();
    rmSync(folder, { recursive: true });
  }
}

/** One daemon under its agent, in a process group of its own, so that one signal ends both. */
class Agent {
  readonly #child: ChildProcess;
  readonly #eventFile: string;
  readonly #name: string;
  #isEnded = false;

  constructor({ agent, world }: KillSoakOptions, folder: string, name: string, daemon: DaemonConfiguration) {
    const configFile = join(folder, `${name}.json`);
    this.#name = name;
    this.#eventFile = join(folder, `${name}.ndjson`);
    writeFileSync(this.#eventFile, "");
    writeFileSync(configFile, JSON.stringify({ ...world, processes: [daemon], lingerMs: 3_600_000 }));
    const words = [agent, "--config", configFile, "--events", this.#eventFile];
    this.#child = spawn(process.execPath, words, { stdio: "ignore", detached: true });
    this.#child.once("exit", () => (this.#isEnded = true));
  }

  kill(): void {
    if (this.#child.pid === undefined || this.#isEnded) return;
    process.kill(-this.#child.pid, "SIGKILL");
  }

  async sessions(count: number): Promise<void> {
    await this.#until(EventKind.SESSION_ESTABLISHED, count, BACK_WITHIN_MS);
  }

  async ends(count: number): Promise<void> {
    await this.#until(EventKind.SESSION_CLOSED, count, NOTICED_WITHIN_MS);
  }

  endName(count: number): string {
    const end = this.#events(EventKind.SESSION_CLOSED)[count - 1]?.data["end"] as { readonly name: string } | undefined;
    return end?.name ?? "nothing";
  }

  async #until(kind: string, count: number, withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (this.#events(kind).length < count) {
      if (this.#isEnded) throw new KillSoakError(`${this.#name} ended by itself`);
      if (performance.now() > deadlineMs) throw new KillSoakError(`${this.#name}: no ${kind} within ${withinMs} ms`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** The last line may still be under way. */
  #events(kind: string): readonly EventLine[] {
    const lines = readFileSync(this.#eventFile, "latin1").split("\n").slice(0, -1);
    return lines
      .map((line) => parseEventLine(line))
      .filter((event) => !("torn" in event) && event.kind === kind) as EventLine[];
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return Math.round(performance.now() - startMs);
}
