/** Of a line: what goes on without an end is no line that a guest could take for a marker. */
const MAX_LINE_UNITS = 1_000;

/** Puts lines together of what a person types: each comes back on the console, and is no word of the guest then. */
export class TypedByHand {
  #line = "";

  /** @returns the lines that were ended, without their ends */
  take(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    for (const character of Buffer.from(bytes).toString("utf8")) {
      if (character === "\r" || character === "\n") {
        lines.push(this.#line);
        this.#line = "";
      } else if (character === "\u007f" || character === "\b") this.#line = this.#line.slice(0, -1);
      else if (this.#line.length < MAX_LINE_UNITS) this.#line += character;
    }
    return lines;
  }
}
