import type { ForbiddenPattern } from "./forbidden-pattern.ts";
import type { LiteralMarkers } from "./literal-markers.ts";
import type { VerdictCode } from "./verdict-codes.ts";

/** One expected marker. */
export interface RungSpec {
  readonly marker: string;
  /** From the rung before (or from the boot) to this one, ms, before the scale of the boot is applied. */
  readonly budgetMs: number;
  /** How often it is printed; more is `duplicate`. */
  readonly count: number;
  /** At least so often: more is no failure. */
  readonly orMore?: boolean;
  /** Which boot of the machine prints it, the first one if it isn't said. */
  readonly boot?: number | undefined;
  /** The console that shows it; undefined: the main one. */
  readonly console?: string | undefined;
  /** The part of the run that it belongs to, where the guest has such parts. */
  readonly phase?: RungPhase;
}

export interface RungPhase {
  readonly name: string;
  /** Phases with a higher one come later. */
  readonly order: number;
}

/** What a guest may print that has markers of its own, by which its lines are read instead of by the list of all. */
export interface NodeVocabulary {
  readonly markers: LiteralMarkers;
  /** By id: what may not be printed in this run, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** What a line means that claims to be a marker and is none of them. */
  readonly undeclared: "note" | "fail";
}

/** What one machine must print. */
export interface NodeLadder {
  readonly node: string;
  /** `any`: several sessions interleave (a mesh), only presence and count matter. `phases`: so within a phase, and phases keep their order. */
  readonly order: "strict" | "phases" | "any";
  readonly rungs: readonly RungSpec[];
  /** Marker ids that may appear as well, any number of times. */
  readonly allowed: readonly string[];
  /** The guest writes the same markers to the event port. */
  readonly hasEventPort: boolean;
  /** How a line of this guest begins that claims to be a marker. */
  readonly claim: RegExp;
  /** What this guest may not print. */
  readonly forbidden: readonly ForbiddenPattern[];
  readonly vocabulary?: NodeVocabulary;
  /** A message of its kernel in the middle of somebody else's line; undefined: there are none. */
  readonly intrusion?: RegExp | undefined;
}

export interface MarkerPlace {
  readonly node: string;
  readonly marker: string;
  /** Of a machine that boots again. Without it: the first. */
  readonly boot?: number | undefined;
}

/** The one in which a machine is when it starts. */
export const FIRST_BOOT = 1;

/** @returns one word for a place, by which the windows of faults may wait for it */
export function placeName({ node, marker, boot = FIRST_BOOT }: MarkerPlace): string {
  return boot === FIRST_BOOT ? `${node}/${marker}` : `${node}/${marker} of boot ${boot}`;
}

/** `before` happened before `after`, across machines. */
export interface OrderConstraint {
  readonly before: MarkerPlace;
  readonly after: MarkerPlace;
}

export interface LadderSpec {
  readonly nodes: readonly NodeLadder[];
  readonly order: readonly OrderConstraint[];
}

/** Where a rung stands. Times are ms on the run's clock. */
export interface RungState extends RungSpec {
  readonly node: string;
  /** `placeName` of node and marker. */
  readonly place: string;
  readonly text: string;
  /** First time on the serial console. */
  readonly reachedMs: number | undefined;
  /** From the rung before (or the boot) to this one. */
  readonly tookMs: number | undefined;
  readonly seen: number;
  /** First time on the event port. */
  readonly deliveredMs: number | undefined;
  readonly delivered: number;
  /** The line was torn apart by a kernel message. */
  readonly torn: boolean;
  readonly fields: Readonly<Record<string, string>>;
}

export interface RunFailure {
  readonly code: Exclude<VerdictCode, "passed" | "torn-but-delivered">;
  /** The evidence rule that spoke, or that should have. */
  readonly rule?: string | undefined;
  readonly node: string | undefined;
  readonly marker: string | undefined;
  readonly detail: string;
  readonly atMs: number | undefined;
}

/** Worth telling, fails nothing. */
export interface LadderNote {
  readonly code: "torn-but-delivered" | "event-port-damaged" | "undeclared-lines";
  readonly node: string;
  readonly detail: string;
}
