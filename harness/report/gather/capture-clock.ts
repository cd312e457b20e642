/** By how much the captures' clock is ahead of the run's. */
import type { RungData } from "../model/run-data.ts";

export interface CaptureClock {
  /** Subtracted from a frame's time it gives µs on the run's clock. */
  readonly offsetUs: number;
  /** In a sentence: from what it is known. */
  readonly text: string;
}

/**
 * The switch writes down each marker's line when the harness reads it: the same moment by both clocks.
 *
 * @param journal of the switch @param firstFrameUs of the captures
 */
export function captureClock(
  journal: readonly { readonly message: string; readonly timeUs: number }[],
  rungs: readonly Pick<RungData, "node" | "text" | "reachedMs">[],
  startedAt: string,
  firstFrameUs: number | undefined,
): CaptureClock {
  const differences = rungs.flatMap(({ node, text, reachedMs }) => {
    const note = journal.find(({ message }) => message === `${node}: ${text}`);
    return note === undefined || reachedMs === undefined ? [] : note.timeUs - reachedMs * 1000;
  });
  const middle = differences.sort((a, b) => a - b)[Math.floor(differences.length / 2)];
  if (middle !== undefined) {
    return { offsetUs: Math.round(middle), text: "packets and markers are on one clock: the switch wrote both down" };
  }
  const startedUs = Date.parse(startedAt) * 1000;
  const isWallClock = Number.isFinite(startedUs) && firstFrameUs !== undefined && firstFrameUs >= startedUs - 1e6;
  if (isWallClock) {
    return {
      offsetUs: startedUs,
      text: "QEMU stamped the packets by a clock of its own: beside the markers they may be off",
    };
  }
  return { offsetUs: firstFrameUs ?? 0, text: "nothing tells when the capture began: its first packet stands at 0" };
}
