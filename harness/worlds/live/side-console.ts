import { FileTail } from "../../console/file-tail.ts";
import { LineAssembler, type ConsoleLine } from "../../console/line-assembler.ts";
import type { RunClock } from "./clock.ts";

export interface SideConsolePlan {
  readonly name: string;
  /** Of the file that QEMU writes. */
  readonly path: string;
  /** More is not read: the machine is ended then. */
  readonly maxBytes: number;
}

/** A console of a machine beside its main one, read line by line as its file grows. */
export class SideConsole {
  readonly #name: string;
  readonly #lines = new LineAssembler();
  readonly #tail: FileTail;
  readonly #onLine: (line: ConsoleLine) => void;

  /** @param onLine told of each line, by the name of its console @param onBytes told when anything came */
  constructor(
    { name, path, maxBytes }: SideConsolePlan,
    clock: RunClock,
    onLine: (line: ConsoleLine) => void,
    onBytes: (atMs: number) => void,
  ) {
    this.#name = name;
    this.#onLine = onLine;
    const take = (chunk: Uint8Array, atMs: number): void => {
      onBytes(atMs);
      this.#tell(this.#lines.push(chunk, atMs));
    };
    this.#tail = new FileTail(path, take, () => clock.nowMs(), maxBytes);
  }

  start(): void {
    this.#tail.start();
  }

  /** Reads what is there now. */
  drain(): void {
    this.#tail.readAll();
  }

  /** What stands there without a line end is a line: what comes next is of another boot. */
  cut(): void {
    this.drain();
    this.#tell(this.#lines.end());
  }

  /** Reads what is left, and nothing after it. */
  stop(): void {
    this.#tail.stop();
    this.#tell(this.#lines.end());
  }

  #tell(lines: readonly ConsoleLine[]): void {
    for (const line of lines) this.#onLine({ ...line, console: this.#name });
  }
}
