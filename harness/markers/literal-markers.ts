import type { MarkerEntry, MarkerMatch } from "./manifest.ts";

/** How a literal must stand on a line: anywhere in it, or as the whole of it. */
export type LiteralMatch = "contains" | "line";

/**
 * Markers of a guest that isn't ours: texts without fields, many of them beginning alike. Of two that would fit one place of a line the
 * longer is what was printed.
 */
export class LiteralMarkers {
  /** The longest first. */
  readonly markers: readonly MarkerEntry[];
  readonly #match: LiteralMatch;

  constructor(entries: readonly MarkerEntry[], match: LiteralMatch) {
    this.markers = entries.toSorted((a, b) => b.text.length - a.text.length);
    this.#match = match;
  }

  /** @returns the markers that a line shows, in their order on it, each once; none lies within another */
  matches(line: string): MarkerMatch[] {
    const found: { readonly marker: MarkerEntry; readonly from: number; readonly to: number }[] = [];
    for (const marker of this.markers) {
      const isTaken = (from: number): boolean =>
        found.some((other) => from < other.to && from + marker.text.length > other.from);
      const from = this.#placeOf(marker.text, line, isTaken);
      if (from !== undefined) found.push({ marker, from, to: from + marker.text.length });
    }
    return found.sort((a, b) => a.from - b.from).map(({ marker }) => ({ marker, fields: {} }));
  }

  /** @returns where a text stands on the line outside of longer ones */
  #placeOf(text: string, line: string, isTaken: (from: number) => boolean): number | undefined {
    if (this.#match === "line") return line === text ? 0 : undefined;
    for (let from = line.indexOf(text); from !== -1; from = line.indexOf(text, from + text.length)) {
      if (!isTaken(from)) return from;
    }
    return undefined;
  }
}
