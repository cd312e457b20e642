import type { Manifest, MarkerMatch } from "./manifest.ts";

/** A kernel message that fell into a line: it begins with its time stamp and takes the rest of the line. */
const INTRUSION = /\[ *\d{1,6}\.\d{6}\].*$/;
/** A whole kernel message on a line of its own, between the parts. */
const KERNEL_LINE = /^\[ *\d{1,6}\.\d{6}\]/;
/** After so many other lines the rest of a torn marker is not coming any more. */
export const MAX_LINES_BETWEEN_PARTS = 8;

/** What a line turned out to be once kernel messages are taken out of it. */
export type MendedLine =
  | { readonly kind: "plain" }
  /** Could be the first part of a marker: wait for the rest. */
  | { readonly kind: "part" }
  | { readonly kind: "whole"; readonly match: MarkerMatch }
  /** The rest did not come. */
  | { readonly kind: "lost"; readonly head: string };

/**
 * Puts markers together that a kernel message tore apart: `SELFTEST: udp-sec bu[    2.123456] eth0: up` and then `lk ok`. Only
 * whole markers count, byte for byte: nothing is guessed.
 */
export class TornLines {
  readonly #manifest: Manifest;
  #head = "";
  #linesSince = 0;

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  /** @param line a line that isn't a whole marker by itself */
  push(line: string): MendedLine {
    const wasWaiting = this.#head !== "";
    const text = line.replace(INTRUSION, "");
    const intruded = text !== line;
    if (wasWaiting) {
      if (KERNEL_LINE.test(line)) return this.#later("plain");
      const joined = this.#head + text;
      const match = this.#manifest.match(joined);
      if (match !== undefined) {
        this.#head = "";
        return { kind: "whole", match };
      }
      if (intruded && this.#manifest.isPrefix(joined)) {
        this.#head = joined;
        return { kind: "part" };
      }
      return this.#later("plain");
    }
    if (!intruded || text === "") return { kind: "plain" };
    // Torn just before its line end: all its bytes are here.
    const match = this.#manifest.match(text);
    if (match !== undefined) return { kind: "whole", match };
    if (!this.#manifest.isPrefix(text)) return { kind: "plain" };
    this.#head = text;
    this.#linesSince = 0;
    return { kind: "part" };
  }

  /** The console ended. */
  end(): MendedLine {
    const head = this.#head;
    this.#head = "";
    return head === "" ? { kind: "plain" } : { kind: "lost", head };
  }

  #later(kind: "plain"): MendedLine {
    this.#linesSince++;
    return this.#linesSince > MAX_LINES_BETWEEN_PARTS ? this.end() : { kind };
  }
}
