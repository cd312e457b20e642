/** A scenario of whole daemons and self-tests, through the `Runtime` interface, over both transports. */
import type { ProbeConfiguration, TransportMode } from "../../contract/configuration.ts";
import type { EntropyStatus } from "../../runtime/runtime.ts";
import type { BusOutcome } from "../world/bus-outcome.ts";
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
}

export type BusTimelineStep = {
  readonly atMs: number;
  readonly kind: "crash" | "start";
  readonly node: string;
};
