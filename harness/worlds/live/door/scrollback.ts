/** What stands on a console when somebody comes to look, and no more of it. */
export const MAX_SCROLLBACK_BYTES = 64 * 1024;

/** Where is the cursor, what are you (ECMA-48 DSR, DA): the answer would be typed into the machine, long after it had asked. */
const QUESTIONS = new RegExp(String.raw`\u001b\[[<=>?]?[\d;]*[cn]`, "g");

export class Scrollback {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number = MAX_SCROLLBACK_BYTES) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice(-this.#maxBytes));
    this.#bytes += Math.min(chunk.length, this.#maxBytes);
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= this.#maxBytes) {
      this.#bytes -= this.#chunks[0]?.length ?? 0;
      this.#chunks.shift();
    }
  }

  /** @returns the last bytes, from the beginning of a line if there is one, without what asks a terminal something */
  get bytes(): Uint8Array {
    const all = Buffer.concat(this.#chunks);
    const last = all.subarray(-this.#maxBytes);
    const own = all.length <= this.#maxBytes ? last : last.subarray(last.indexOf(0x0a) + 1);
    return Buffer.from(own.toString("latin1").replace(QUESTIONS, ""), "latin1");
  }
}
