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
  /** Ends it as well, from that trigger's first call. */
  readonly untilTrigger?: string;
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

/** The matching frames of each flow with these indexes, counted from 0. */
export interface DropNthFault extends FaultBase {
  readonly kind: "drop-nth";
  readonly indexes: readonly number[];
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
