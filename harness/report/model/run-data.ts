/** What the page knows of one run: plain data, small enough to travel in one file. Times are ms on the run's clock. */

export interface RunData {
  readonly profile: string;
  readonly proves: string;
  readonly seed: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly accelerator: string;
  /** Where its files are. */
  readonly folder: string;
  /** The command that runs it again. */
  readonly again: string;
  /** It goes on: there is no verdict yet. */
  readonly isRunning?: true;
  readonly verdict: VerdictData;
  /** What the page opens at. */
  readonly moment: Moment;
  readonly endMs: number;
  readonly nodes: readonly NodeData[];
  readonly rungs: readonly RungData[];
  readonly findings: readonly FindingData[];
  readonly consoles: readonly ConsoleData[];
  readonly events: readonly EventData[];
  /** What senders told of their congestion control. */
  readonly congestion: readonly CongestionData[];
  /** What the profile did, and what the switch wrote beside the frames that is no marker. */
  readonly actions: readonly ActionData[];
  /** What processes said went wrong. */
  readonly said: readonly string[];
  readonly traces: readonly TraceData[];
  readonly packets: PacketHead | undefined;
  /** What is not on the page, and where it is: one sentence each. */
  readonly leftOut: readonly string[];
}

/** Of a process that crashed, or that was looked at when the run was out of time. */
export interface TraceData {
  /** `crash of a/dsoftbusd` */
  readonly title: string;
  /** The error or what it does, then its frames in terms of the TypeScript, the line of the source among them. */
  readonly lines: readonly string[];
}

export interface VerdictData {
  readonly passed: boolean;
  /** Ended at its last rung. */
  readonly cut: boolean;
  /** With the rule behind a slash. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Why the first missing marker did not come, in its process's words. */
  readonly because: string | undefined;
  /** How long machines waited for the host, if it was too long. */
  readonly slow: string | undefined;
  /** The console line most like the first missing marker. */
  readonly nearestLine: string | undefined;
  readonly hint: string;
  /** Other failures, each with its code, and notes. */
  readonly also: readonly string[];
  /** Failures that only follow from the first. */
  readonly follows: readonly string[];
  /** `confirmed 7, guest's word 0, ...` */
  readonly standings: string;
  readonly explain: string;
}

/** Where the run broke: the last rung, if it didn't. */
export interface Moment {
  readonly atMs: number;
  /** Whose console is shown first. */
  readonly node: string | undefined;
  /** Index into the rungs. */
  readonly rung: number | undefined;
  readonly why: string;
}

export interface NodeData {
  readonly name: string;
  readonly guest: string;
  readonly ending: string;
  readonly bootMs: number | undefined;
}

export interface RungData {
  readonly node: string;
  readonly marker: string;
  readonly text: string;
  readonly reachedMs: number | undefined;
  readonly tookMs: number | undefined;
  readonly budgetMs: number | undefined;
  /**
   * `missing` rungs were not printed often enough, `unreached` ones lie behind the last that their machine came to; `awaited` ones may
   * still be printed, in a run that goes on.
   */
  readonly status: "reached" | "missing" | "unreached" | "awaited";
  readonly standing: string;
  readonly proves: string;
  /** Rules that its entry in the list of markers names and that were asked: indexes into the findings. */
  readonly findings: readonly number[];
}

export interface FindingData {
  readonly rule: string;
  /** What the rule asserts. */
  readonly text: string;
  readonly verdict: string;
  readonly saw: string;
  readonly marker: string | undefined;
  readonly node: string | undefined;
  /** Packets that it names: rows of the packets. */
  readonly cited: readonly number[];
  /** Packets that it is about. */
  readonly about: PacketSelection;
}

/** Which packets something is about; what isn't said doesn't matter. */
export interface PacketSelection {
  /** Names of kinds. */
  readonly kinds?: readonly string[];
  /** Only those that a fault of the network met. */
  readonly faulty?: true;
  /** Only DATA that carries what was sent before. */
  readonly repeated?: true;
  /** Only at this node's NICs. */
  readonly node?: string;
}

export interface ConsoleData {
  readonly node: string;
  readonly lines: readonly ConsoleLineData[];
}

/** Arrival, and the text with its colours (SGR) and no other escape. */
export type ConsoleLineData = readonly [atMs: number, text: string];

export interface EventData {
  readonly node: string;
  readonly source: string;
  readonly atMs: number;
  readonly kind: string;
  readonly text: string;
}

export interface CongestionData {
  readonly node: string;
  /** As the packets have it. */
  readonly session: string;
  readonly atMs: number;
  readonly windowBytes: number;
  /** Smoothed. */
  readonly rttMs?: number;
}

export interface ActionData {
  readonly atMs: number;
  readonly what: string;
}

export interface PacketHead {
  readonly rows: number;
  /** In the captures, those that are not rows here among them. */
  readonly total: number;
  readonly taps: readonly string[];
  readonly files: readonly string[];
  readonly sessions: readonly SessionData[];
  /** `dropped: drop`, by the number that stands in the column `fate`, from 1. */
  readonly fates: readonly string[];
  /** What became of packets that are not rows. */
  readonly bins: readonly PacketBin[];
  /** From where the times are known: how far they may be off. */
  readonly clock: string;
}

export interface SessionData {
  /** 16 hex digits. */
  readonly id: string;
  readonly initiator: string;
  readonly responder: string;
  readonly isOpened: boolean;
}

/** Packets of one NIC within a while. */
export interface PacketBin {
  readonly atMs: number;
  readonly tap: number;
  readonly count: number;
  readonly bytes: number;
  readonly losses: number;
}

/** One line of a batch. */
export interface RunHead {
  readonly profile: string;
  readonly seed: string;
  readonly passed: boolean;
  readonly code: string;
  readonly detail: string;
  readonly seconds: number;
}

/** What a server of a run that goes on tells: the run as a page has it, both parts deflated and in base64. */
export interface LiveSnapshot {
  readonly data: string;
  readonly packets: string;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}
