import { printable } from "./printable.ts";

/** One line as it stood on a console. */
export interface ConsoleLine {
  /** 1, 2, ... per console. */
  readonly number: number;
  /** Without line end, and without anything that a terminal obeys. */
  readonly text: string;
  /** When its last byte arrived, ms on the run's clock. */
  readonly atMs: number;
  /** No line end came: the console ended, or the line passed the limit and goes on in the next one. */
  readonly cut: boolean;
  /** It is what was typed, come back: it satisfies and breaks nothing. */
  readonly isEcho?: boolean;
  /** The console that it stood on; undefined: the main one. */
  readonly console?: string;
}

/** Longer lines are cut here: a guest that never ends its line can't fill our memory. In UTF-16 code units. */
export const MAX_LINE_UNITS = 8192;

export interface LineOptions {
  /** Longer lines are cut, in UTF-16 code units. */
  readonly maxLineUnits?: number;
  /** What may stand at the beginning of a line though its own line end is missing: it becomes a line by itself. */
  readonly prompt?: RegExp | undefined;
  /** Default: UTF-8. Bytes that are none come out as U+FFFD. */
  readonly encoding?: "utf-8" | "latin1" | undefined;
}

/**
 * Turns the bytes of a serial console into lines. Chunks may split anywhere (inside an escape, a UTF-8 sequence, a CR LF): the
 * lines depend on the bytes alone. Assembled first, stripped afterwards, because an escape can be split as well.
 */
export class LineAssembler {
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #maxLineUnits: number;
  readonly #prompt: RegExp | undefined;
  #pending = "";
  #lastAtMs = 0;
  #number = 0;

  constructor({ maxLineUnits = MAX_LINE_UNITS, prompt, encoding = "utf-8" }: LineOptions = {}) {
    this.#decoder = new TextDecoder(encoding);
    this.#maxLineUnits = maxLineUnits;
    this.#prompt = prompt;
  }

  /** @param atMs when the chunk arrived @returns the lines that it completed */
  push(chunk: Uint8Array, atMs: number): ConsoleLine[] {
    this.#lastAtMs = atMs;
    return this.#take(this.#decoder.decode(chunk, { stream: true }), atMs);
  }

  /** What stands there without a line end, as a terminal shows it: a prompt, say. */
  get unfinished(): string {
    return printable(this.#pending.slice(this.#pending.lastIndexOf("\r") + 1));
  }

  /** The console ended. @returns what was left without a line end */
  end(): ConsoleLine[] {
    const lines = this.#take(this.#decoder.decode(), this.#lastAtMs);
    if (this.#pending !== "") this.#emit(lines, this.#pending, this.#lastAtMs, true);
    this.#pending = "";
    return lines;
  }

  #take(text: string, atMs: number): ConsoleLine[] {
    const lines: ConsoleLine[] = [];
    let at = 0;
    while (at < text.length) {
      const room = this.#maxLineUnits - this.#pending.length;
      const feed = text.indexOf("\n", at);
      if (feed !== -1 && feed - at <= room) {
        this.#emit(lines, this.#pending + text.slice(at, feed), atMs, false);
        this.#pending = "";
        at = feed + 1;
      } else if (text.length - at > room) {
        this.#emit(lines, this.#pending + text.slice(at, at + room), atMs, true);
        this.#pending = "";
        at += room;
      } else {
        this.#pending += text.slice(at);
        at = text.length;
      }
    }
    return lines;
  }

  /** A lone CR sends the cursor home: what follows is a line of its own. */
  #emit(lines: ConsoleLine[], raw: string, atMs: number, cut: boolean): void {
    // A guest that prints nothing but line ends must not cost more than one that prints lines.
    const pieces =
      raw === ""
        ? []
        : raw
            .split("\r")
            .map(printable)
            .flatMap((piece) => this.#splitOffPrompt(piece));
    const visible = pieces.filter((piece) => piece !== "");
    for (const text of visible.length === 0 ? [""] : visible) lines.push({ number: ++this.#number, text, atMs, cut });
  }

  #splitOffPrompt(text: string): string[] {
    const prompt = this.#prompt?.exec(text)?.[0] ?? "";
    return [prompt, text.slice(prompt.length)];
  }
}
