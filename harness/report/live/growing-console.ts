/** The console of a run that goes on: what its file has more than before, with the time at which that was read. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { LineAssembler } from "../../console/line-assembler.ts";
import type { ConsoleData, ConsoleLineData } from "../model/run-data.ts";

const CHUNK_BYTES = 64 * 1024;
/** Of one look: a flood waits for the next one. */
const MAX_BYTES_AT_ONCE = 1024 * 1024;
/** The oldest go first. */
const MAX_LINES = 20_000;

export class GrowingConsole {
  readonly #node: string;
  readonly #path: string;
  readonly #assembler = new LineAssembler();
  #lines: ConsoleLineData[] = [];
  #read = 0;

  constructor(node: string, path: string) {
    this.#node = node;
    this.#path = path;
  }

  get data(): ConsoleData {
    return { node: this.#node, lines: this.#lines };
  }

  /** @param nowMs on the run's clock @returns whether there was more */
  look(nowMs: number): boolean {
    if (!existsSync(this.#path)) return false;
    const file = openSync(this.#path, "r");
    try {
      const end = Math.min(fstatSync(file).size, this.#read + MAX_BYTES_AT_ONCE);
      const before = this.#read;
      const chunk = Buffer.alloc(CHUNK_BYTES);
      while (this.#read < end) {
        const bytes = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, end - this.#read), this.#read);
        if (bytes === 0) break;
        this.#read += bytes;
        const lines = this.#assembler.push(chunk.subarray(0, bytes), nowMs);
        this.#lines.push(...lines.map(({ atMs, text }): ConsoleLineData => [Math.round(atMs), text]));
      }
      if (this.#lines.length > MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES);
      return this.#read > before;
    } finally {
      closeSync(file);
    }
  }
}
