/** What becomes of one frame. */
import type { FrameInfo } from "./frame-info.ts";

export interface Delivery {
  /** From now until the frame leaves the link. */
  readonly delayMs: number;
  /** Bit positions of the payload to flip, counted from the lowest bit of its first byte. */
  readonly flips?: readonly number[];
}

export interface Decision {
  /** None: dropped. More than one: duplicated. */
  readonly deliveries: readonly Delivery[];
  /** Which faults made it so, for logs and captures: `drop`, `size-limit`, `queue-full`, `duplicate+corrupt`. */
  readonly reason?: string;
}

/** One line of the decision log: enough to apply the same again. */
export interface DecisionRecord extends Decision {
  readonly link: string;
  readonly flow: string;
  /** Of the frame in its flow on this link, from 0. */
  readonly index: number;
  readonly atMs: number;
}

/** Where decisions come from: a model, or the log of an earlier run. */
export interface DecisionSource {
  /** @param nowMs milliseconds since the start of the run, never falling */
  decide(frame: FrameInfo, nowMs: number): Decision;
  /** Something happened that windows may wait for, such as a marker. Only the first call of a name counts. */
  trigger(name: string, nowMs: number): void;
}

/** Flips bits in place. Positions outside `payload` are ignored. */
export function applyFlips(payload: Uint8Array, flips: readonly number[]): void {
  for (const bit of flips) {
    const byte = payload[bit >>> 3];
    if (byte !== undefined) payload[bit >>> 3] = byte ^ (1 << (bit & 7));
  }
}
