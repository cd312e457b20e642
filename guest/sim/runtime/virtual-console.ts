import type { Console } from "../../runtime/runtime.ts";

export interface ConsoleRecord {
  readonly atMs: number;
  /** The host's name. */
  readonly node: string;
  readonly kind: "marker" | "event";
  /** The marker's text, or the event's kind. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Collects what a host prints, with the virtual time of each line. */
export class VirtualConsole implements Console {
  readonly #node: string;
  readonly #nowMs: () => number;
  readonly #print: (record: ConsoleRecord) => void;

  constructor(node: string, nowMs: () => number, print: (record: ConsoleRecord) => void) {
    this.#node = node;
    this.#nowMs = nowMs;
    this.#print = print;
  }

  marker(text: string): void {
    this.#print({ atMs: this.#nowMs(), node: this.#node, kind: "marker", text, data: {} });
  }

  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    this.#print({ atMs: this.#nowMs(), node: this.#node, kind: "event", text: kind, data });
  }
}
