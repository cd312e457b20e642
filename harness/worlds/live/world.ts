import type { Replay } from "../../fabric/link-table.ts";
import type { HarnessError } from "../../host/harness-error.ts";
import type { Plan } from "../../topology/plan.ts";
import type { RunClock } from "./clock.ts";
import type { FinishedRun } from "./finished-run.ts";
import type { LiveNode, NodeListener } from "./live-node.ts";

/** Where a topology comes to life: the one way to boot. */
export interface World {
  /** Begins to start the nodes; `started` of the run tells when they are there. Whoever starts a run must `end` it. */
  start(plan: Plan, options: LiveOptions): LiveRun;
}

export interface LiveOptions {
  /** Where consoles, captures and logs are written. It exists. */
  readonly artifactsFolder: string;
  /** Decisions of the network instead of the seed's. */
  readonly replay: Replay | undefined;
  /**
   * Captures, decisions of the network and all events are kept, for who judges the run. They grow with it: false is for runs of hours,
   * which leave consoles, and in memory the first events of each node.
   */
  readonly keepsEvidence: boolean;
  /** Each machine waits for a debugger, which lets it run. */
  readonly waitsForGdb?: boolean;
  /** Stamps all that is heard of the nodes. */
  readonly clock: RunClock;
  readonly listener: LiveListener;
}

/** All that happens in a run, in the order in which it is heard. The first call comes after `start` has returned. */
export interface LiveListener extends NodeListener {
  /** This node is there from now on; it may not run yet. */
  joined(node: LiveNode): void;
  /** Something of the harness itself broke, such as a capture that can't be written: the run can't be judged. */
  broken(error: HarnessError): void;
}

/** What a network is told while it lives. */
export interface LiveNetwork {
  /** Faults that wait for this place on a ladder begin. @param place as `placeName` has it */
  reached(place: string): void;
  /** The gateway's mappings are gone. @returns how many there were; undefined: there is no gateway */
  forget(): number | undefined;
  /** Leaves a remark in its capture, on its clock. */
  note(text: string): void;
}

/** Nodes that run, their networks, and the means to end them. */
export interface LiveRun {
  /** Those that have joined. */
  readonly nodes: readonly LiveNode[];
  /** Resolves when every node runs, or the start was given up. Rejects if one can't be started; the others still need `end`. */
  readonly started: Promise<void>;
  /** Beside the nodes; undefined until it is there. */
  readonly network: LiveNetwork | undefined;
  /** Nobody waits any longer for what has not started. */
  giveUpStart(): void;
  /** Ends every node that still runs, then the networks. A second call gets the same answer. */
  end(): Promise<FinishedRun>;
}
