/**
 * Runs the processes of one configuration to their end.
 *
 * Daemons start first and say when they are ready; then self-tests start. When all self-tests are done, daemons go on for
 * `lingerMs`, so that peers on other machines can finish. Without self-tests the agent is a server: it ends when a peer said
 * goodbye and left no session behind, and `lingerMs` after its start at the latest. SIGTERM and SIGINT end either in order.
 */
import type { GuestConfiguration } from "../contract/configuration.ts";
import { EventKind } from "../contract/events.ts";
import type { FileConsole } from "../node/console.ts";
import { type ProcessEnd, SupervisedProcess } from "./supervised-process.ts";

export interface SupervisorOptions {
  readonly configuration: GuestConfiguration;
  readonly console: FileConsole;
  readonly eventFile: number | undefined;
  readonly hasNamespaces: boolean;
}

/** @returns the exit code: 0 if every self-test passed and every process ended as it should */
export async function supervise(options: SupervisorOptions): Promise<number> {
  const { configuration, console } = options;
  const stopAsked = signalled();
  const processes = spawnAll(options);
  let hasFailed = false;
  const failures = processes.map(async (process) => {
    const end = await process.ended;
    const isExpected = process.isStopping || (process.kind === "selftest" && end.status === 0);
    console.event(EventKind.PROCESS_ENDED, { process: process.source, ...end, expected: isExpected });
    if (isExpected && end.status === 0) return await new Promise<never>(() => undefined);
    hasFailed = true;
    console.line(`agent: ${process.source} exited ${describeEnd(end)}`);
  });
  const hasFailedEarly = Promise.race(failures);
  await Promise.race([runToTheEnd(processes, configuration.lingerMs), stopAsked, hasFailedEarly]);
  await Promise.all(processes.map((process) => process.stop()));
  // The accounts above are written when a process ends: let the last of them happen.
  await new Promise((resolve) => setImmediate(resolve));
  return hasFailed ? 1 : 0;
}

async function runToTheEnd(processes: readonly SupervisedProcess[], lingerMs: number): Promise<void> {
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

function spawnAll({ configuration, eventFile, hasNamespaces }: SupervisorOptions): readonly SupervisedProcess[] {
  const seen = new Map<string, number>();
  return configuration.processes.map((process, index) => {
    const count = (seen.get(process.kind) ?? 0) + 1;
    seen.set(process.kind, count);
    const source = count === 1 ? process.kind : `${process.kind}-${count}`;
    return new SupervisedProcess({ configuration, process, index, source, eventFile, hasNamespaces });
  });
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
}

function describeEnd({ status, signal }: ProcessEnd): string {
  return status === null ? `on ${signal ?? "a signal"}` : String(status);
}
