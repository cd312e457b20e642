/** Trace events as qlog in JSON-SEQ (RFC 7464): a header record, then one record per event, each after an RS and before a LF. */
import type { TraceSink } from "../../core/trace.ts";

const RECORD_SEPARATOR = "\u001e";

/** Collects events in memory; one run is small. */
export class QlogCollector {
  readonly #records: string[] = [];

  /** @param title shown by qlog viewers */
  constructor(title: string) {
    this.#records.push(
      JSON.stringify({
        qlog_version: "0.3",
        qlog_format: "JSON-SEQ",
        title,
        trace: {
          vantage_point: { type: "network", name: "virtual world" },
          common_fields: { time_format: "relative", reference_time: 0 },
        },
      }),
    );
  }

  /** A sink whose events carry the node's name. */
  sinkOf(node: string): TraceSink {
    return {
      event: (timeMs, name, connection, data) => {
        this.#records.push(JSON.stringify({ time: timeMs, name, group_id: connection, node, data }));
      },
    };
  }

  /** @returns the whole file */
  text(): string {
    return this.#records.map((record) => `${RECORD_SEPARATOR}${record}\n`).join("");
  }
}
