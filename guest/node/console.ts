import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import type { Clock, Console } from "../runtime/runtime.ts";
import { writeWhole } from "./whole-write.ts";

/** A virtio-serial port takes at most 32 KiB in one write: beyond, lines of two processes could mix. */
export const MAX_EVENT_LINE_BYTES = 16 * 1024;

const LINE_END = Buffer.from("\n");

export interface FileConsoleOptions {
  /** Where marker lines go; the terminal turns the newline into CR LF by itself. */
  readonly consoleFile: number;
  /** Where events go; undefined: nowhere. */
  readonly eventFile: number | undefined;
  /** Name of this process in events. */
  readonly source: string;
  readonly clock: Clock;
  /** Writes all or throws the platform's error. @param isPatient a reader that takes nothing is waited for */
  readonly write?: (file: number, bytes: Uint8Array, isPatient: boolean) => void;
}

/**
 * A console on two file descriptors: one synchronous write for each line. Nothing above can do anything about a line that the platform
 * doesn't take (a full disk, a reader that is gone), so it is dropped and counted, and whoever prints goes on.
 */
export class FileConsole implements Console {
  readonly #options: FileConsoleOptions;
  readonly #write: (file: number, bytes: Uint8Array, isPatient: boolean) => void;
  /** What took nothing the last time isn't waited for again, until it takes something. */
  readonly #deaf = new Set<number>();
  #sequence = 0;
  #droppedEvents = 0;
  #droppedLines = 0;
  /** How many of the dropped events a later event told of. */
  #toldOf = 0;

  constructor(options: FileConsoleOptions) {
    this.#options = options;
    this.#write = options.write ?? writePatiently;
  }

  /** Lines that could not be written. */
  get dropped(): { readonly events: number; readonly lines: number } {
    return { events: this.#droppedEvents, lines: this.#droppedLines };
  }

  /** The twin goes first: when the line is on the serial console, its event has been written. */
  marker(text: string): void {
    this.event("marker", { text });
    this.line(text);
  }

  /** A line for people, such as the death of a process; not a marker. */
  line(text: string): void {
    if (!this.#tryWrite(this.#options.consoleFile, Buffer.from(`${text}\n`, "utf8"))) this.#droppedLines += 1;
  }

  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    const dropped = this.#droppedEvents - this.#toldOf;
    if (dropped > 0 && this.#writeEvent(EventKind.EVENTS_DROPPED, { dropped })) this.#toldOf += dropped;
    if (!this.#writeEvent(kind, data)) this.#droppedEvents += 1;
  }

  /** @returns whether it was written, or nobody wants events */
  #writeEvent(kind: string, data: Readonly<Record<string, unknown>>): boolean {
    if (this.#options.eventFile === undefined) return true;
    const seq = this.#sequence + 1;
    const { source, clock } = this.#options;
    const atMs = Math.round(clock.nowMs() * 1000) / 1000;
    let line = formatEventLine({ seq, source, atMs, kind, data });
    if (line.length > MAX_EVENT_LINE_BYTES) {
      line = formatEventLine({ seq, source, atMs, kind: "event-too-long", data: { kind, bytes: line.length } });
    }
    // A dropped line leaves a gap in the sequence: whoever reads the events sees that some are missing.
    this.#sequence = seq;
    return this.#tryWrite(this.#options.eventFile, Buffer.from(line, "latin1"));
  }

  /**
   * A write that failed may have left half a line, of this process or of another that shares the file: the next one begins a line of its own.
   * Readers skip empty lines.
   * @returns whether the platform took it
   */
  #tryWrite(file: number, bytes: Uint8Array): boolean {
    const isAfterFailure = this.#deaf.has(file);
    try {
      this.#write(file, isAfterFailure ? Buffer.concat([LINE_END, bytes]) : bytes, !isAfterFailure);
      this.#deaf.delete(file);
      return true;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      this.#deaf.add(file);
      return false;
    }
  }
}

function writePatiently(file: number, bytes: Uint8Array, isPatient: boolean): void {
  writeWhole(file, bytes, undefined, isPatient ? undefined : 0);
}
