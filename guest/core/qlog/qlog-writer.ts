/**
 * Trace events of one vantage point as qlog in JSON-SEQ (draft-ietf-quic-qlog-main-schema, RFC 7464): a header record, then one per event,
 * each between a record separator and a line feed. Pure text: the caller writes it somewhere.
 */
import type { TraceSink } from "../trace.ts";
import { qlogEvent, SEQUENTIAL, traceHead, type VantagePoint } from "./qlog-schema.ts";

const RECORD_SEPARATOR = "\u001e";

export interface QlogOptions {
  /** Shown by qlog viewers. */
  readonly title: string;
  readonly vantagePoint: VantagePoint;
  /** Given each record as it comes, the header first; to be appended as it is. */
  readonly write: (record: string) => void;
}

export class QlogWriter implements TraceSink {
  readonly #write: (record: string) => void;

  /** Writes the header. */
  constructor({ title, vantagePoint, write }: QlogOptions) {
    this.#write = write;
    const { file_schema, form } = SEQUENTIAL;
    // Viewers that know older drafts alone go by the last two.
    const known = { qlog_version: "0.3", qlog_format: "JSON-SEQ" };
    this.#record({ file_schema, serialization_format: form, title, ...known, trace: traceHead(vantagePoint) });
  }

  event(...told: Parameters<TraceSink["event"]>): void {
    this.#record(qlogEvent(...told));
  }

  #record(record: object): void {
    this.#write(`${RECORD_SEPARATOR}${JSON.stringify(record)}\n`);
  }
}
