import { editDistance } from "../../../contract/nearest-name.ts";

/** Longer lines are no marker that went wrong. */
const MAX_COMPARED_UNITS = 160;
const MAX_COMPARED_LINES = 2_000;
/** More different than this, and nobody would call it similar. */
const MAX_DIFFERENCE = 0.5;

/** @param right lines that are markers of their own @returns the line of the console that most looks like the marker that is missing */
export function nearestLine(
  marker: string,
  lines: readonly string[],
  right: ReadonlySet<string> = new Set(),
): string | undefined {
  let best: string | undefined;
  let bestDifference = MAX_DIFFERENCE;
  for (const line of lines.slice(-MAX_COMPARED_LINES)) {
    const text = line.trim();
    if (text === "" || text.length > MAX_COMPARED_UNITS || text === marker || right.has(text)) continue;
    const difference = editDistance(marker, text) / Math.max(marker.length, text.length);
    if (difference < bestDifference) {
      best = line;
      bestDifference = difference;
    }
  }
  return best;
}
