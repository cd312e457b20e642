import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;

/** A command that was started, with all that it has written so far. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly #startedMs = performance.now();
  readonly #ended: Promise<unknown>;
  #text = "";
  #lastOutputMs = 0;

  /** @param command program first @param environment all of it */
  constructor([program = "", ...args]: readonly string[], environment: NodeJS.ProcessEnv, stdoutPath?: number) {
    this.child = spawn(program, args, { env: environment, stdio: ["ignore", stdoutPath ?? "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (bytes: Buffer) => {
        this.#text += bytes.toString();
        this.#lastOutputMs = this.elapsedMs;
      });
    }
    // The command's own exit counts, not that of what it may leave behind.
    this.#ended = once(this.child, "exit");
  }

  get text(): string {
    return this.#text;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until the command has written this, or has ended. */
  async said(pattern: RegExp): Promise<void> {
    await this.until(() => pattern.test(this.#text));
  }

  /** Waits until something holds, or the command has ended. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.hasEnded) await sleep(POLL_MS);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /**
   * Waits for the end, at most `limitMs` from the start, then kills it.
   *
   * @returns the exit status (128 and the signal's number as a shell has it), and how long it went on after its last output
   */
  async end(limitMs: number): Promise<{ status: number; elapsedMs: number; silentMs: number; wasKilled: boolean }> {
    const killer = new AbortController();
    const killed = sleep(Math.max(0, limitMs - this.elapsedMs), true, { signal: killer.signal }).catch(() => false);
    const wasKilled = await Promise.race([this.#ended.then(() => false), killed]);
    const elapsedMs = this.elapsedMs;
    killer.abort();
    if (wasKilled) {
      this.child.kill("SIGKILL");
      await this.#ended;
    }
    // What it wrote last may still be in the pipe.
    await sleep(POLL_MS);
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    const silentMs = elapsedMs - Math.min(this.#lastOutputMs, elapsedMs);
    return { status: this.child.exitCode ?? -1, elapsedMs, silentMs, wasKilled };
  }
}
