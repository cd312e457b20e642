import { appendFileSync } from "node:fs";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";

/** What a process of the harness says beside a machine, as a guest's agent does: lines on its standard output, events in a file. */
export class PeerConsole {
  readonly #file: string;
  readonly #source: string;
  #sequence = 0;

  constructor(file: string, source: string) {
    this.#file = file;
    this.#source = source;
  }

  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    this.#sequence += 1;
    const line = { seq: this.#sequence, source: this.#source, atMs: Math.round(performance.now()), kind, data };
    appendFileSync(this.#file, formatEventLine(line));
  }

  marker(text: string): void {
    this.event(EventKind.MARKER, { text });
    this.line(text);
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
