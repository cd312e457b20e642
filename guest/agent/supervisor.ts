/**
 * Runs the processes of one configuration to their end.
 *
 * Daemons start first and say when they are ready; then self-tests start. When all self-tests are done, daemons go on for
 * `lingerMs`, so that peers on other machines can finish. Without self-tests the agent is a server: it ends when a peer said
 * goodbye and left no session behind, and `lingerMs` after its start at the latest. SIGTERM and SIGINT end either in order.
 */
import type { GuestConfiguration, ProcessConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import type { FileConsole } from "../node/console.ts";
import { type ProcessEnd, SupervisedProcess } from "./supervised-process.ts";

/** A self-test that asks for more restarts than this gets none. */
const MAX_RESTARTS = 16;

export interface SupervisorOptions {
  readonly configuration: GuestConfiguration;
  readonly console: FileConsole;
  readonly eventFile: number | undefined;
}

/** @returns the exit code: 0 if every self-test passed and every process ended as it should */
export async function supervise(options: SupervisorOptions): Promise<number> {
  return await new Supervisor(options).run();
}

class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #processes: SupervisedProcess[] = [];
  readonly #countByKind = new Map<string, number>();
  #restarts = 0;
  #hasFailed = false;
  #isEnding = false;
  #failEarly: () => void = () => undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  async run(): Promise<number> {
    const { configuration } = this.#options;
    const stopAsked = signalled();
    const failedEarly = new Promise<void>((resolve) => (this.#failEarly = resolve));
    for (const [index, process] of configuration.processes.entries()) this.#spawn(process, index);
    await Promise.race([this.#runToTheEnd([...this.#processes]), stopAsked, failedEarly]);
    this.#isEnding = true;
    await Promise.all(this.#processes.map((process) => process.stop()));
    // Accounts of ends are written when a process ends: let the last of them happen.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#hasFailed ? 1 : 0;
  }

  async #runToTheEnd(processes: readonly SupervisedProcess[]): Promise<void> {
    const { lingerMs } = this.#options.configuration;
    const daemons = processes.filter((process) => process.kind === "dsoftbusd");
    const selftests = processes.filter((process) => process.kind === "selftest");
    const lingered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lingerMs));
    if (selftests.length === 0) {
      await Promise.race([lingered(), Promise.all(daemons.map((daemon) => daemon.goodbye))]);
      return;
    }
    await Promise.all(daemons.map((daemon) => daemon.ready));
    for (const selftest of selftests) selftest.start();
    await Promise.all(selftests.map((selftest) => selftest.ended));
    if (daemons.length > 0) await lingered();
  }

  /** Each life of a process has a source of its own in the events: a sequence of numbers belongs to one life. */
  #spawn(process: ProcessConfiguration, index: number): void {
    const { configuration, eventFile } = this.#options;
    const count = (this.#countByKind.get(process.kind) ?? 0) + 1;
    this.#countByKind.set(process.kind, count);
    const source = count === 1 ? process.kind : `${process.kind}-${count}`;
    const spawned = new SupervisedProcess({ configuration, process, index, source, eventFile });
    this.#processes.push(spawned);
    spawned.onRestartAwaited(() => void this.#restartDaemonOf(spawned));
    void spawned.ended.then((end) => this.#account(spawned, end));
  }

  #account(process: SupervisedProcess, end: ProcessEnd): void {
    const { console } = this.#options;
    const isExpected = process.isStopping || (process.kind === "selftest" && end.status === 0);
    console.event(EventKind.PROCESS_ENDED, { process: process.source, ...end, expected: isExpected });
    if (isExpected && end.status === 0) return;
    this.#hasFailed = true;
    console.line(`agent: ${process.source} exited ${describeEnd(end)}`);
    this.#failEarly();
  }

  /** Only a daemon of this configuration: that of another machine is somebody else's to restart. */
  async #restartDaemonOf({ configured }: SupervisedProcess): Promise<void> {
    if (configured.kind !== "selftest" || this.#isEnding || this.#restarts >= MAX_RESTARTS) return;
    const target = configured.peers.find((peer) => peer.name === configured.target);
    const daemon = this.#processes.find(({ configured: other, isStopping }) => {
      return other.kind === "dsoftbusd" && other.listen.port === target?.port && !isStopping;
    });
    if (daemon === undefined) return;
    this.#restarts += 1;
    await daemon.stop();
    if (!this.#isEnding)
      this.#spawn(daemon.configured, this.#options.configuration.processes.indexOf(daemon.configured));
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
}

function describeEnd({ status, signal }: ProcessEnd): string {
  return status === null ? `on ${signal ?? "a signal"}` : String(status);
}
