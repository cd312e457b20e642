import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** After the process has ended its pipes are read for at most this long: what it left behind may hold them open for ever. */
const DRAIN_MS = 400;

/** Processes that run; however this process exits, short of being killed, they end with it. */
const running = new Set<SupervisedChild>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** How a supervised process ended. */
export interface ChildEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** It never ran: the program is missing, or the host is out of processes or file descriptors. */
  readonly startError: NodeJS.ErrnoException | undefined;
}

export interface SuperviseOptions {
  readonly cwd?: string;
  /** Added to this process' own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout?: (chunk: Uint8Array) => void;
  /** A file that takes standard error, or a function that is told it. */
  readonly stderr: { readonly file: string } | ((chunk: Uint8Array) => void);
}

/**
 * One process that this one started, and whatever it started in turn. It leads a process group of its own: signals reach the group,
 * and when the leader has ended, the rest of the group is killed and the pipes are closed. So `ended` always settles soon after the
 * leader's exit, whoever still holds the other end of a pipe.
 */
export class SupervisedChild {
  /** Never rejects. Standard output has been told by then. */
  readonly ended: Promise<ChildEnd>;
  readonly #child: ChildProcess;
  #hasExited = false;

  /**
   * @param command program first
   * @throws the system's error when the file for standard error can't be opened
   */
  constructor([program = "", ...args]: readonly string[], options: SuperviseOptions) {
    const { stderr, onStdout } = options;
    const stderrFile = typeof stderr === "function" ? undefined : openSync(stderr.file, "w");
    try {
      this.#child = spawn(program, args, {
        detached: true,
        stdio: ["pipe", "pipe", stderrFile ?? "pipe"],
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: { ...process.env, ...options.env },
      });
    } finally {
      if (stderrFile !== undefined) closeSync(stderrFile);
    }
    const { stdin, stdout } = this.#child as Partial<ChildProcess>;
    // Always read: a full pipe would block the process.
    stdout?.on("data", (chunk: Uint8Array) => onStdout?.(chunk));
    if (typeof stderr === "function") (this.#child as Partial<ChildProcess>).stderr?.on("data", stderr);
    // The process may end while something is written to it.
    stdin?.on("error", () => undefined);
    running.add(this);
    this.ended = this.#observeEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  write(bytes: Uint8Array): void {
    this.#child.stdin?.write(bytes);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  /** Sends a signal to the process and all of its group. */
  kill(signal: NodeJS.Signals): void {
    if (!this.#hasExited) this.#killGroup(signal);
  }

  /** Sends a signal to the process alone: it ends its own children in order. */
  signalLeader(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Ends the process by steps, each harder than the one before. Killing can't fail, so this always ends.
   *
   * @param steps what to do, in order; after each the process has `stepMs` to end, after the last one it is killed
   */
  async stop(steps: readonly (() => void)[], stepMs: number): Promise<ChildEnd> {
    for (const step of steps) {
      step();
      if (await within(this.ended, stepMs)) return this.ended;
    }
    this.kill("SIGKILL");
    return this.ended;
  }

  async #observeEnd(): Promise<ChildEnd> {
    const child = this.#child;
    const end = await new Promise<ChildEnd>((resolve) => {
      child.once("error", (startError: NodeJS.ErrnoException) => {
        if (child.pid === undefined) resolve({ exitCode: undefined, signal: undefined, startError });
      });
      child.once("exit", (exitCode, signal) =>
        resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined, startError: undefined }),
      );
    });
    this.#hasExited = true;
    running.delete(this);
    this.#killGroup("SIGKILL");
    await this.#drained();
    for (const pipe of [child.stdin, child.stdout, child.stderr] as const) pipe?.destroy();
    return end;
  }

  async #drained(): Promise<void> {
    const open = [this.#child.stdout, this.#child.stderr].filter((pipe) => pipe?.closed === false);
    const closed = Promise.all(open.map((pipe) => new Promise((resolve) => pipe?.once("close", resolve))));
    await within(closed, DRAIN_MS);
  }

  #killGroup(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // Nobody is left in the group.
    }
  }
}

/** @returns whether the promise was fulfilled within `ms`; no timer is left either way */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
