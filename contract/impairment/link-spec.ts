/** What one direction of a link does to frames, as plain data: profiles and scenarios carry it. */
import type { FrameMatch } from "./frame-match.ts";

export interface LinkSpec {
  /** Time of flight. */
  readonly delayMs?: number;
  /** Added uniformly from 0 to this; frames of a flow keep their order (`reorder` is what breaks it). */
  readonly jitterMs?: number;
  /** Serialisation rate, 10^6 bits per second, shared by all flows of the link. Absent: infinite. */
  readonly rateMbps?: number;
  /** What may wait in front of the rate; a frame that does not fit is dropped. Default 64 KiB. */
  readonly queueBytes?: number;
  /** Applied in this order; the first that drops a frame ends its way. */
  readonly faults?: readonly Fault[];
}

export type Fault =
  | DropFault
  | DropBurstFault
  | DropNthFault
  | DuplicateFault
  | ReorderFault
  | CorruptFault
  | SizeLimitFault
  | BlackholeFault;

interface FaultBase {
  readonly match?: FrameMatch;
  readonly during?: FaultWindow;
}

/** When a fault is active. Times count from the start of the run or, with `trigger`, from that trigger's first call. */
export interface FaultWindow {
  readonly trigger?: string;
  /** Default 0. */
  readonly fromMs?: number;
  /** Default: for ever. */
  readonly untilMs?: number;
}

/** Each frame with the same chance. */
export interface DropFault extends FaultBase {
  readonly kind: "drop";
  readonly chance: number;
  /** After this many in a row one frame of the flow passes, as the QUIC interop runner's drop-rate model does. */
  readonly maxBurst?: number;
}

/** Each frame begins, with this chance, a run of `length` lost frames of its flow. */
export interface DropBurstFault extends FaultBase {
  readonly kind: "drop-burst";
  readonly chance: number;
  readonly length: number;
}

/** The nth matching frames of each flow, counted from 1. */
export interface DropNthFault extends FaultBase {
  readonly kind: "drop-nth";
  readonly nth: readonly number[];
}

export interface DuplicateFault extends FaultBase {
  readonly kind: "duplicate";
  readonly chance: number;
  /** The copy follows this much later. Default 0. */
  readonly laterMs?: number;
}

/** Held back past its place in the flow. */
export interface ReorderFault extends FaultBase {
  readonly kind: "reorder";
  readonly chance: number;
  readonly laterMs: number;
}

/** 1 to `maxBits` bits of the payload flipped; the receiver of the decision repairs checksums so that the frame arrives. */
export interface CorruptFault extends FaultBase {
  readonly kind: "corrupt";
  readonly chance: number;
  /** Default 1. */
  readonly maxBits?: number;
  /** After this many in a row one frame of the flow passes whole. */
  readonly maxBurst?: number;
}

/** Frames above are dropped without a word, as on a path without working ICMP. */
export interface SizeLimitFault extends FaultBase {
  readonly kind: "size-limit";
  readonly maxBytes: number;
}

/** Everything that matches is lost; without a window a partition. */
export interface BlackholeFault extends FaultBase {
  readonly kind: "blackhole";
}

export const DEFAULT_QUEUE_BYTES = 64 * 1024;

/** A number in a link specification that makes no sense. */
export class LinkSpecError extends Error {
  readonly code = "LINK_SPEC";

  constructor(message: string) {
    super(message);
    this.name = "LinkSpecError";
  }
}

/** @throws LinkSpecError naming the field, its value and what is allowed */
export function checkLinkSpec(spec: LinkSpec): void {
  atLeast("delayMs", spec.delayMs, 0);
  atLeast("jitterMs", spec.jitterMs, 0);
  if (spec.rateMbps !== undefined && !(spec.rateMbps > 0)) fail("rateMbps", spec.rateMbps, "above 0");
  atLeast("queueBytes", spec.queueBytes, 1);
  for (const [index, fault] of (spec.faults ?? []).entries()) checkFault(`faults[${index}]`, fault);
}

function checkFault(where: string, fault: Fault): void {
  if ("chance" in fault && !(fault.chance >= 0 && fault.chance <= 1)) fail(`${where}.chance`, fault.chance, "0 to 1");
  if ("maxBurst" in fault) atLeast(`${where}.maxBurst`, fault.maxBurst, 1);
  if ("laterMs" in fault) atLeast(`${where}.laterMs`, fault.laterMs, 0);
  if (fault.kind === "drop-burst") atLeast(`${where}.length`, fault.length, 1);
  if (fault.kind === "corrupt") atLeast(`${where}.maxBits`, fault.maxBits, 1);
  if (fault.kind === "size-limit") atLeast(`${where}.maxBytes`, fault.maxBytes, 1);
  if (fault.kind === "drop-nth") for (const nth of fault.nth) atLeast(`${where}.nth`, nth, 1);
  const { fromMs = 0, untilMs = Infinity } = fault.during ?? {};
  if (!(untilMs > fromMs)) fail(`${where}.during`, untilMs, `untilMs after fromMs (${fromMs})`);
}

function atLeast(field: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(value >= least)) fail(field, value, `at least ${least}`);
}

function fail(field: string, value: number, allowed: string): never {
  throw new LinkSpecError(`link: ${field} is ${value}; allowed: ${allowed}`);
}
