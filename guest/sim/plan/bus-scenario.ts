/** A scenario of whole daemons and self-tests, through the `Runtime` interface, over both transports. */
import type { DiscoveryTrust, ProbeConfiguration, TransportMode } from "../../../contract/configuration.ts";
import type { EntropyStatus } from "../../runtime/runtime.ts";
import type { BusOutcome } from "./bus-outcome.ts";
import type { PathPlan } from "./scenario.ts";

export interface BusScenario {
  readonly name: string;
  readonly proves: string;
  /** Hosts that only dial come first on the way `there`. */
  readonly path: PathPlan;
  readonly nodes: readonly BusNodePlan[];
  readonly timeline?: readonly BusTimelineStep[];
  /** Goes on for this long although every self-test is done. */
  readonly untilMs?: number;
  readonly maxVirtualMs: number;
  readonly expect: (outcome: BusOutcome) => string | undefined;
  /** Probes may fail, as those of a node whose peer is killed: `expect` alone judges. */
  readonly probesMayFail?: true;
}

export interface BusNodePlan {
  readonly name: string;
  readonly mode?: TransportMode;
  readonly udpSecEnabled?: boolean;
  readonly entropy?: EntropyStatus;
  /** A self-test against this node; absent: a daemon. */
  readonly tests?: string;
  readonly probes?: readonly ProbeConfiguration[];
  /** A daemon that keeps a session to this node. */
  readonly dials?: string;
  /** Entropy from here on, instead of what it began with. */
  readonly entropyFromMs?: { readonly atMs: number; readonly status: EntropyStatus };
  /** A daemon that announces itself; its table holds no address, and nobody at all if it trusts on first use. */
  readonly discovery?: { readonly trust: DiscoveryTrust; readonly announceTo: readonly string[] };
}

export type BusTimelineStep = {
  readonly atMs: number;
  readonly node: string;
} & (
  | { readonly kind: "crash" | "start" }
  /** Crashes at a moment of the seed's choice, and is back after a while of its choice; both are told as events of the node. */
  | { readonly kind: "sigkill"; readonly withinMs: number; readonly backWithinMs: number }
);

/** Texts of the events with which the world tells what it did to a node. */
export const WORLD_KILLED = "world-killed";
export const WORLD_STARTED = "world-started";
