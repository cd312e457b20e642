import { EventKind } from "../../../contract/events.ts";
import type { TraceSink } from "../../core/index.ts";
import type { Console } from "../../runtime/runtime.ts";

const METRICS_EVENT = "recovery:metrics_updated";
/** A write to the event port costs an emulated machine more than the packet it tells of. */
const SAMPLE_SPACING_MS = 200;
const MAX_CONNECTIONS = 256;

/** Hands congestion state to the event port: at most one sample in 200 ms for each connection. */
export class CongestionSampler implements TraceSink {
  readonly #console: Console;
  readonly #lastSampleMs = new Map<string, number>();

  constructor(console: Console) {
    this.#console = console;
  }

  event(timeMs: number, name: string, connection: string, data: Readonly<Record<string, unknown>>): void {
    if (name !== METRICS_EVENT) return;
    const lastMs = this.#lastSampleMs.get(connection);
    if (lastMs !== undefined && timeMs - lastMs < SAMPLE_SPACING_MS) return;
    this.#lastSampleMs.delete(connection);
    this.#lastSampleMs.set(connection, timeMs);
    for (const oldest of this.#lastSampleMs.keys()) {
      if (this.#lastSampleMs.size <= MAX_CONNECTIONS) break;
      this.#lastSampleMs.delete(oldest);
    }
    this.#console.event(EventKind.CONGESTION, { connection, ...data });
  }
}
