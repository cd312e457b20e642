import type { EventDamage, ReceivedEvent } from "../../console/event-collector.ts";
import type { Transcript } from "../../console/transcript.ts";
import type { FabricStats } from "../../fabric/fabric.ts";
import type { ListeningPorts } from "../../topology/addressing.ts";
import type { PlannedNode } from "./launch.ts";
import type { ExpectedEnding, NodeExit } from "./node-exit.ts";

/** What a run leaves behind. Judgement and report go by this alone: nothing in it runs any more. */
export interface FinishedRun {
  /** Those that joined, in the order in which they did. */
  readonly nodes: readonly FinishedNode[];
  /** Of daemons on the host. */
  readonly ports: ListeningPorts;
  /** pcapng of the switch, if there was one. */
  readonly fabricCapture: string | undefined;
  /** What the switch did. */
  readonly fabric: FabricStats | undefined;
  /** When the last node and the network had ended, ms on the run's clock. */
  readonly endedMs: number;
}

export interface FinishedNode {
  readonly name: string;
  readonly planned: PlannedNode;
  /** What was written of it; undefined: it never started. */
  readonly files: NodeFiles | undefined;
  /** Undefined: it never started. */
  readonly exit: NodeExit | undefined;
  readonly expected: ExpectedEnding;
  readonly transcript: Transcript;
  readonly events: readonly ReceivedEvent[];
  /** Of the event port. */
  readonly damage: readonly EventDamage[];
  /** When its first own line came, ms on the run's clock. */
  readonly bootMs: number | undefined;
  /** When its first event came. */
  readonly readyMs: number | undefined;
  /** For so long it was paused, all in all: on the run's clock, which its own did not follow. */
  readonly pausedMs: number;
}

export interface NodeFiles {
  readonly eventLogPath: string;
  readonly initLogPath: string;
  readonly serialLogPath: string;
  /** Of the consoles that a machine has beside the main one, by name. */
  readonly consoleLogPaths?: Readonly<Record<string, string>>;
  /** One for each NIC, in order. */
  readonly capturePaths: readonly string[];
}
