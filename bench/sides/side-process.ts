/** A side of a measurement that runs in a process of its own, so that what it costs is its alone. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../harness/host/project-root.ts";
import { bundle } from "../../scripts/bundle.mjs";
import type { AnswerMessage, Calls } from "./serve-calls.ts";

/** The slowest call, ten thousand handshakes, needs a third of it. */
const DEADLINE_MS = 300_000;
/** A side that was told to stop ends by itself, so that a profile of it can be written. */
const STOP_MS = 5_000;

/** A side ended, or a call of it failed. */
export class SideError extends Error {
  readonly code = "BENCH_SIDE";
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class SideProcess<C extends Calls> {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** @param entry in the folder of the benchmarks */
  static async start<C extends Calls>(entry: string, announce: (step: string) => void): Promise<SideProcess<C>> {
    const out = join(projectRoot(), "build/bench", `${entry.replaceAll("/", "-")}.mjs`);
    await bundle({ root: projectRoot(), entry: `bench/${entry}.ts`, out, announce });
    return new SideProcess<C>(entry, out);
  }

  private constructor(name: string, path: string) {
    this.#name = name;
    this.#process = fork(path, { execArgv: ["--expose-gc", ...process.execArgv] });
    this.#process.on("message", (message: AnswerMessage) => {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if ("failure" in message) pending?.reject(new SideError(`${name}: ${message.failure}`));
      else pending?.resolve(message.result);
    });
    this.#process.once("exit", (code, signal) => this.#failAll(`ended early (${code ?? signal ?? "?"})`));
  }

  /** @throws SideError */
  async call<Name extends keyof C & string>(
    name: Name,
    argument: Parameters<C[Name]>[0],
  ): Promise<Awaited<ReturnType<C[Name]>>> {
    const id = (this.#lastId += 1);
    const answered = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    const timer = setTimeout(() => this.#failAll(`${name} not through after ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
    this.#process.send({ id, name, argument });
    try {
      return (await answered) as Awaited<ReturnType<C[Name]>>;
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    const kill = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
    this.#process.disconnect();
    await exited;
    clearTimeout(kill);
  }

  #failAll(why: string): void {
    for (const { reject } of this.#pending.values()) reject(new SideError(`${this.#name}: ${why}`));
    this.#pending.clear();
  }
}
