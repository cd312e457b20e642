import { formatEventLine } from "../../contract/event-line.ts";
import type { Clock, Console } from "../runtime/runtime.ts";
import { writeWhole } from "./whole-write.ts";

/** A virtio-serial port takes at most 32 KiB in one write: beyond, lines of two processes could mix. */
export const MAX_EVENT_LINE_BYTES = 16 * 1024;

export interface FileConsoleOptions {
  /** Where marker lines go; the terminal turns the newline into CR LF by itself. */
  readonly consoleFile: number;
  /** Where events go; undefined: nowhere. */
  readonly eventFile: number | undefined;
  /** Name of this process in events. */
  readonly source: string;
  readonly clock: Clock;
  readonly write?: (file: number, bytes: Uint8Array) => void;
}

/** A console on two file descriptors: one synchronous write for each line. */
export class FileConsole implements Console {
  readonly #options: FileConsoleOptions;
  readonly #write: (file: number, bytes: Uint8Array) => void;
  #sequence = 0;

  constructor(options: FileConsoleOptions) {
    this.#options = options;
    this.#write = options.write ?? writeWhole;
  }

  /** The twin goes first: when the line is on the serial console, its event has been written. */
  marker(text: string): void {
    this.event("marker", { text });
    this.line(text);
  }

  /** A line for people, such as the death of a process; not a marker. */
  line(text: string): void {
    this.#write(this.#options.consoleFile, Buffer.from(`${text}\n`, "utf8"));
  }

  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#options.eventFile === undefined) return;
    const seq = this.#sequence + 1;
    const { source, clock } = this.#options;
    const atMs = Math.round(clock.nowMs() * 1000) / 1000;
    let line = formatEventLine({ seq, source, atMs, kind, data });
    if (line.length > MAX_EVENT_LINE_BYTES) {
      line = formatEventLine({ seq, source, atMs, kind: "event-too-long", data: { kind, bytes: line.length } });
    }
    this.#sequence = seq;
    this.#write(this.#options.eventFile, Buffer.from(line, "latin1"));
  }
}
