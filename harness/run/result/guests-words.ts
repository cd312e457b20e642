import { EventKind } from "../../../contract/events.ts";
import { printable } from "../../console/printable.ts";
import { busiestFirst, describeDoing } from "../../host/inspector/process-doing.ts";
import { readableStack } from "../../host/readable-stack.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import type { Whereabouts } from "../../worlds/live/whereabouts.ts";

/** Of a process of a guest that ended on an error that nobody caught, or that was looked at when the run was out of time. */
export interface Trace {
  /** `a/selftest` */
  readonly process: string;
  /** The error or what it does, then its frames in terms of the TypeScript. */
  readonly trace: readonly string[];
}

const MAX_COMPLAINTS = 8;
const MAX_CRASHES = 3;
const MAX_DOING = 12;
const MAX_COMPLAINT_UNITS = 400;
const MAX_LINE_UNITS = 300;
const SAME_FAULT_MS = 5_000;
/** So a reason begins that leaves nothing but the line itself. */
export const PROBE_PASSED_WORDS = "its probe passed";
const COMPLAINT_KINDS: ReadonlySet<string> = new Set([
  EventKind.PROBE_FAILED,
  EventKind.SERVICE_FAILED,
  EventKind.DIAL_FAILED,
  EventKind.FATAL,
]);

/** @param named puts names in the place of what guests call their peers @returns what the guest's processes said went wrong, newest last; crashes are told apart */
export function complaintsOf(nodes: readonly FinishedNode[], named: (text: string) => string): string[] {
  return nodes
    .flatMap(({ name, events }) =>
      events
        .filter(({ kind, data }) => COMPLAINT_KINDS.has(kind) && typeof data["stack"] !== "string")
        .map(({ source, kind, data }) => ({ process: `${name}/${source}`, kind, data })),
    )
    .slice(-MAX_COMPLAINTS)
    .map(({ process, kind, data }) =>
      named(`${process} ${kind} ${JSON.stringify(data)}`).slice(0, MAX_COMPLAINT_UNITS),
    );
}

/**
 * @param missing the first rung that did not come
 * @returns what its process said of it: which probe failed, or that its own passed without the marker
 */
export function whyMissing(
  { node, marker }: { readonly node: string; readonly marker: string },
  nodes: readonly FinishedNode[],
  named: (text: string) => string,
): string | undefined {
  const events = nodes.filter(({ name }) => name === node).flatMap((one) => one.events);
  const failed = events.findLast(({ kind }) => kind === EventKind.PROBE_FAILED);
  const passed = events.find(
    ({ kind, data }) => kind === EventKind.PROBE_PASSED && marker === `${String(data["probe"])}-ok`,
  );
  if (passed !== undefined)
    return `${node}/${passed.source}: ${PROBE_PASSED_WORDS}, by its event; the marker was not printed`;
  if (failed === undefined) return undefined;
  const { probe, message, code } = failed.data;
  const told = `${node}/${failed.source}: probe ${String(probe)} failed: ${String(message)} (${String(code)})`;
  return shown(named(`${told}${servicesFault(nodes, failed.arrivedMs)}`));
}

/** What a service found just before is why the probe failed: a reset says less than who resets. */
function servicesFault(nodes: readonly FinishedNode[], untilMs: number): string {
  for (const { name, events } of nodes) {
    const fault = events.find(
      ({ kind, arrivedMs }) =>
        kind === EventKind.SERVICE_FAILED && arrivedMs <= untilMs && arrivedMs > untilMs - SAME_FAULT_MS,
    );
    if (fault === undefined) continue;
    const { service, message } = fault.data;
    return `; before that ${name}/${fault.source}: service ${String(service)} failed: ${String(message)}`;
  }
  return "";
}

/** @param agentSha256 of the bundle that the guests run @returns the first ones: what crashes later may follow from them */
export function crashesOf(nodes: readonly FinishedNode[], agentSha256: string | undefined): Trace[] {
  return nodes
    .flatMap(({ name, events }) =>
      events.flatMap(({ source, kind, data: { stack } }) =>
        kind === EventKind.FATAL && typeof stack === "string" ? { process: `${name}/${source}`, stack } : [],
      ),
    )
    .slice(0, MAX_CRASHES)
    .map(({ process, stack }) => ({ process, trace: readableStack(stack, agentSha256).map(shown) }));
}

/** @param agentSha256 of the bundle that the guests run @returns what each process did, those that spin first, then where processors were */
export function doingOf(whereabouts: readonly Whereabouts[], agentSha256: string | undefined): Trace[] {
  const processes = whereabouts.flatMap(({ node, processes }) =>
    processes.map((doing) => ({ process: `${node}/${doing.source}`, doing })),
  );
  const mute = whereabouts
    .filter(({ isMute }) => isMute)
    .map(({ node }) => ({
      process: `${node}/init`,
      trace: ["was asked what its processes do, and did not answer in time"],
    }));
  const processors = whereabouts.flatMap(({ node, processors: lines }) =>
    lines.map((line, index) => ({ process: `${node}/processor-${index}`, trace: [shown(line)] })),
  );
  return [
    ...busiestFirst(processes).map(({ process, doing }) => {
      return { process, trace: readableStack(describeDoing(doing), agentSha256).map(shown) };
    }),
    ...mute,
    ...processors,
  ].slice(0, MAX_DOING);
}

function shown(line: string): string {
  return printable(line).slice(0, MAX_LINE_UNITS);
}
