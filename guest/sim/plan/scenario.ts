/** A scenario is data: who talks to whom over which path, what happens meanwhile, and what must come of it. */
import type { LinkSpec } from "../../../contract/impairment/link-spec.ts";
import type { Outcome } from "./outcome.ts";

export interface Scenario {
  /** As the command line takes it; the QUIC interop runner's name where one applies. */
  readonly name: string;
  /** One line: what a pass shows. */
  readonly proves: string;
  readonly nodes: readonly NodePlan[];
  /** From diallers (nodes with `dials`) to the others and back. A node of its own `path` goes by that one. */
  readonly path: PathPlan;
  readonly timeline?: readonly TimelineStep[];
  /** The run must be over by then. */
  readonly maxVirtualMs: number;
  /** Beyond completion: @returns what is wrong, or undefined */
  readonly expect?: (outcome: Outcome) => string | undefined;
  /** `expect` is about the numbers of `path`: nobody is asked if the command line changes them. */
  readonly expectsOwnPath?: true;
}

export interface PathPlan {
  readonly there?: LinkSpec;
  readonly back?: LinkSpec;
}

export interface NodePlan {
  readonly name: string;
  readonly dials?: readonly DialPlan[];
  /** What it does on connections that it accepted. Absent: it doesn't listen. */
  readonly accepts?: SidePlan;
  readonly parameters?: {
    readonly windowBytes?: number;
    readonly idleTimeoutMs?: number;
    readonly ackDelayMs?: number;
  };
  readonly lastPacketNumber?: number;
  /** Instead of an honest application: what it does with the keys of its connection. */
  readonly adversary?: AdversaryKind;
  readonly path?: PathPlan;
}

export type AdversaryKind = "optimistic-ack" | "reassembly-hole" | "credit-overrun";

export interface DialPlan extends SidePlan {
  readonly to: string;
  readonly startMs?: number;
  /** Connections one after the other. Default 1. */
  readonly times?: number;
  /** How often it dials again after a failure or an end other than NO_ERROR. Default 0. */
  readonly redials?: number;
  /** The names of ends (or dial failures) that are what the scenario wants; default NO_ERROR. */
  readonly endsWith?: readonly string[];
}

/** What one side of a connection does. */
export interface SidePlan {
  readonly sendBytes: number;
  readonly reading?: ReadingPlan;
  /** Keeps the connection open for this long after all was written. */
  readonly lingersMs?: number;
}

/** Times count from the establishment of the connection. */
export type ReadingPlan =
  | { readonly kind: "pauses"; readonly fromMs: number; readonly untilMs: number }
  | { readonly kind: "slow"; readonly bytesPerSecond: number };

export type TimelineStep =
  | { readonly atMs: number; readonly kind: "crash"; readonly node: string }
  | { readonly atMs: number; readonly kind: "start"; readonly node: string }
  | { readonly atMs: number; readonly kind: "rebind"; readonly node: string }
  | {
      readonly atMs: number;
      readonly kind: "flood";
      readonly node: string;
      readonly target: string;
      readonly attempts: number;
      readonly hosts: number;
      readonly everyMs: number;
    };

/** Symmetric path from the numbers that most scenarios have. */
export function symmetricPath(link: LinkSpec): PathPlan {
  return { there: link, back: link };
}
