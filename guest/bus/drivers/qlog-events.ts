import { EventKind } from "../../../contract/events.ts";
import { qlogEvent, type TraceSink } from "../../core/index.ts";
import type { Console } from "../../runtime/runtime.ts";

/** Of the event's line beside its name and data. */
const LINE_BYTES = 120;

/** Hands trace events to the event port as they come: what a machine told before it died is there. Past the bound it says so, and is silent. */
export class QlogEvents implements TraceSink {
  readonly #console: Console;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(console: Console, maxBytes: number) {
    this.#console = console;
    this.#maxBytes = maxBytes;
  }

  event(...told: Parameters<TraceSink["event"]>): void {
    if (this.#bytes > this.#maxBytes) return;
    const event = qlogEvent(...told);
    this.#bytes += LINE_BYTES + JSON.stringify(event).length;
    if (this.#bytes > this.#maxBytes) this.#console.event(EventKind.QLOG_ENDED, { bytes: this.#bytes });
    else this.#console.event(EventKind.QLOG, { ...event });
  }
}
