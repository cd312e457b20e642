/** What the switch wrote beside the frames that a fault concerned: `dropped: drop (a.0>b.0, FLOW #12)`, several joined by "; ". */
import type { Tap } from "./tap.ts";

export interface SeenFault {
  /** NICs. */
  readonly from: string;
  readonly to: string;
  /** `drop`, `blackhole`, `duplicate`, ...: one frame may have met several. */
  readonly reasons: readonly string[];
  readonly dropped: boolean;
  readonly timeUs: number;
}

const COMMENT = /^(dropped: )?(\S+) \((\S+\.\d+)>(\S+\.\d+), .+ #\d+\)$/;

/** A tap of the switch knows which way a frame went; QEMU's files don't say. */
export function isFabricTap(tap: Tap): boolean {
  return tap.frames.some(({ captured }) => captured.direction !== "unknown");
}

export function faultsAt(taps: readonly Tap[]): SeenFault[] {
  return taps.flatMap(({ frames }) =>
    frames.flatMap(({ captured: { comments, timeUs } }) =>
      comments.flatMap((text) => text.split("; ")).flatMap((comment) => readFault(comment, timeUs)),
    ),
  );
}

/** @returns what one remark says; nothing if it is none */
export function readFault(comment: string, timeUs: number): SeenFault[] {
  const [, dropped, reasons = "", from = "", to = ""] = COMMENT.exec(comment) ?? [];
  if (reasons === "") return [];
  return [{ from, to, reasons: reasons.split("+"), dropped: dropped !== undefined, timeUs }];
}
