/**
 * Trace events as qlog in JSON-SEQ (draft-ietf-quic-qlog-main-schema, RFC 7464): a header record, then one per event, each
 * between a record separator and a line feed. Pure text: the caller writes it somewhere.
 */
import type { TraceSink } from "../trace.ts";

const RECORD_SEPARATOR = "\u001e";

export interface QlogOptions {
  /** Shown by qlog viewers. */
  readonly title: string;
  /** Who observed: one side of connections, or somebody who sees both. */
  readonly vantagePoint: { readonly type: "client" | "server" | "network"; readonly name: string };
  /** Given each record as it comes, the header first; to be appended as it is. */
  readonly write: (record: string) => void;
}

export class QlogWriter implements TraceSink {
  readonly #write: (record: string) => void;

  /** Writes the header. */
  constructor({ title, vantagePoint, write }: QlogOptions) {
    this.#write = write;
    this.#record({
      qlog_version: "0.3",
      qlog_format: "JSON-SEQ",
      title,
      trace: {
        vantage_point: vantagePoint,
        // The caller's monotonic clock: its zero means nothing.
        common_fields: { time_format: "relative", reference_time: 0, protocol_type: ["dsoftbus-udp-sec-v1"] },
      },
    });
  }

  event(timeMs: number, name: string, connection: string, data: Readonly<Record<string, unknown>>): void {
    this.#event(timeMs, name, connection, data, undefined);
  }

  /** A sink into the same file whose events carry a node's name, for who observes several. */
  sinkOf(node: string): TraceSink {
    return {
      event: (timeMs, name, connection, data) => {
        this.#event(timeMs, name, connection, data, node);
      },
    };
  }

  #event(timeMs: number, name: string, connection: string, data: object, node: string | undefined): void {
    const group = connection === "" ? {} : { group_id: connection };
    this.#record({ time: timeMs, name, ...group, ...(node === undefined ? {} : { node }), data });
  }

  #record(record: object): void {
    this.#write(`${RECORD_SEPARATOR}${JSON.stringify(record)}\n`);
  }
}
