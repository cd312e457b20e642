import { EventKind } from "../../../contract/events.ts";
import { qlogEvent, type TraceSink } from "../../core/index.ts";
import type { Clock, Console, Timer } from "../../runtime/runtime.ts";

/** An emulated machine pays for each line of its event port more than for a packet: several events share one. */
const LINE_BYTES = 8 * 1024;
/** A machine that hangs takes with it what it has not told yet. */
const TOLD_AFTER_MS = 50;

/** Hands trace events to the event port, up to a bound: then it says so, and is silent. */
export class QlogEvents implements TraceSink {
  readonly #console: Console;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  #waiting: object[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #timer: Timer | undefined;

  constructor(console: Console, clock: Clock, maxBytes: number) {
    this.#console = console;
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  event(...told: Parameters<TraceSink["event"]>): void {
    if (this.#bytes > this.#maxBytes) return;
    const event = qlogEvent(...told);
    const bytes = JSON.stringify(event).length;
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) {
      this.flush();
      this.#console.event(EventKind.QLOG_ENDED, { bytes: this.#bytes });
      return;
    }
    if (this.#waitingBytes + bytes > LINE_BYTES) this.flush();
    this.#waiting.push(event);
    this.#waitingBytes += bytes;
    this.#timer ??= this.#clock.setTimer(this.#clock.nowMs() + TOLD_AFTER_MS, () => this.flush());
  }

  /** Tells what waits. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    this.#console.event(EventKind.QLOG, { events: this.#waiting });
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
