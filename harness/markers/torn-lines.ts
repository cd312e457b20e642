import type { Manifest, MarkerMatch } from "./manifest.ts";

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
  readonly #intrusion: RegExp | undefined;
  #head = "";
  #linesSince = 0;

  /** @param intrusion a kernel message that fell into a line, to its end; undefined: this guest's kernel writes none */
  constructor(manifest: Manifest, intrusion: RegExp | undefined) {
    this.#manifest = manifest;
    this.#intrusion = intrusion;
  }

  /** @param line a line that isn't a whole marker by itself */
  push(line: string): MendedLine {
    if (this.#intrusion === undefined) return { kind: "plain" };
    const wasWaiting = this.#head !== "";
    const text = line.replace(this.#intrusion, "");
    const intruded = text !== line;
    if (wasWaiting) {
      // A whole message on a line of its own, between the parts.
      if (text === "") return this.#later("plain");
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
