import { EventKind } from "../../../contract/events.ts";
import { printable } from "../../console/printable.ts";
import { readableStack } from "../../host/readable-stack.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";

/** A process of a guest that ended on an error that nobody caught. */
export interface Crash {
  /** `a/selftest` */
  readonly process: string;
  /** The error, then its frames in terms of the TypeScript. */
  readonly trace: readonly string[];
}

const MAX_COMPLAINTS = 8;
const MAX_CRASHES = 3;
const MAX_COMPLAINT_UNITS = 400;
const MAX_LINE_UNITS = 300;
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

/** @param agentSha256 of the bundle that the guests run @returns the first ones: what crashes later may follow from them */
export function crashesOf(nodes: readonly FinishedNode[], agentSha256: string | undefined): Crash[] {
  return nodes
    .flatMap(({ name, events }) =>
      events.flatMap(({ source, kind, data: { stack } }) =>
        kind === EventKind.FATAL && typeof stack === "string" ? { process: `${name}/${source}`, stack } : [],
      ),
    )
    .slice(0, MAX_CRASHES)
    .map(({ process, stack }) => ({ process, trace: readableStack(stack, agentSha256).map(shown) }));
}

function shown(line: string): string {
  return printable(line).slice(0, MAX_LINE_UNITS);
}
