/** All traces of a finished run: what its guests told, if they were asked to, and what passed its NICs. */
import { readSummary, type FinishedSummary } from "../compare/finished-summary.ts";
import { readEvents } from "../compare/run-folder.ts";
import { captureFilesOf, clockOfCaptures, journalOf } from "../report/gather/capture-files.ts";
import { guestClockOffset } from "../report/gather/placed-events.ts";
import { capturingHosts, readPlan } from "../report/gather/read-plan.ts";
import { rungsOf } from "../report/gather/rungs-of-run.ts";
import { sessionKeysOf } from "../report/gather/session-keys.ts";
import { guestTraces } from "./guest-traces.ts";
import type { QlogTrace } from "./qlog-file.ts";
import { MAX_WIRE_EVENTS, wireTraces } from "./wire-traces.ts";

export interface RunQlog {
  readonly summary: FinishedSummary;
  readonly traces: readonly QlogTrace[];
  /** What is not in them, and why. */
  readonly problems: readonly string[];
}

/** @param node undefined: all of them @param maxPackets of the captures @throws HarnessError `run-damaged` */
export async function qlogOfRun(
  folder: string,
  node: string | undefined,
  maxPackets = MAX_WIRE_EVENTS,
): Promise<RunQlog> {
  const summary = readSummary(folder);
  const rungs = rungsOf(summary);
  const told = summary.nodes
    .filter(({ name }) => node === undefined || name === node)
    .flatMap(({ name, bootMs = 0 }) => {
      const events = readEvents(folder, name);
      return guestTraces(name, events, guestClockOffset(name, events, rungs) ?? bootMs);
    });
  const plan = readPlan(folder);
  const files = captureFilesOf(folder, plan);
  const paths = files.map(({ path }) => path);
  const [keys, clock] = await Promise.all([
    sessionKeysOf(folder, paths, capturingHosts(plan)),
    clockOfCaptures(files, journalOf(files), rungs, summary.startedAt),
  ]);
  const wire = await wireTraces(files, keys, clock.offsetUs, maxPackets);
  const seen = wire.traces.filter(({ vantagePoint }) => node === undefined || vantagePoint.name.startsWith(`${node}.`));
  const left = wire.left === 0 ? [] : [`${wire.left} packets of the captures are left out: a file has a bound`];
  return { summary, traces: [...told, ...seen], problems: [...wire.problems, ...left] };
}
