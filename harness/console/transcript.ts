import type { ConsoleLine } from "./line-assembler.ts";

/** Lines kept in memory per console; the raw transcript on disk has them all. */
export const MAX_TRANSCRIPT_LINES = 50_000;

/** The clean lines of one console, the oldest given up first. */
export class Transcript {
  readonly #maxLines: number;
  #lines: ConsoleLine[] = [];
  #dropped = 0;

  constructor(maxLines: number = MAX_TRANSCRIPT_LINES) {
    this.#maxLines = maxLines;
  }

  add(line: ConsoleLine): void {
    this.#lines.push(line);
    // Given up in blocks: shifting one by one would copy the array for each line.
    if (this.#lines.length >= this.#maxLines * 2) {
      this.#dropped += this.#lines.length - this.#maxLines;
      this.#lines = this.#lines.slice(-this.#maxLines);
    }
  }

  get lines(): readonly ConsoleLine[] {
    return this.#lines;
  }

  /** @returns the last `count` lines that show anything */
  tail(count: number): ConsoleLine[] {
    return this.#lines.filter((line) => line.text.trim() !== "").slice(-count);
  }

  /** @returns one line per line, each with its arrival time in seconds */
  format(): string {
    const head = this.#dropped > 0 ? [`(${this.#dropped} earlier lines are in the raw transcript only)`] : [];
    return [...head, ...this.#lines.map(formatTranscriptLine), ""].join("\n");
  }
}

/** @returns e.g. `   3.214  dsoftbus: udp-sec os session ok`; of a console beside the main one with its name */
export function formatTranscriptLine({ atMs, console, text }: ConsoleLine): string {
  return `${(atMs / 1000).toFixed(3).padStart(8)}  ${console === undefined ? "" : `${console}| `}${text}`;
}
