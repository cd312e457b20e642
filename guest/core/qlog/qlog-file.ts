/** Trace events of several vantage points as one qlog file in JSON (draft-ietf-quic-qlog-main-schema): a trace for each. Pure text. */
import type { TraceSink } from "../trace.ts";
import { CONTAINED, qlogEvent, traceHead, type QlogEvent, type VantagePointType } from "./qlog-schema.ts";

/** Who dials is a client, who is dialled a server; who does both is neither. */
const SIDES: Readonly<Record<string, VantagePointType>> = { attempted: "client", handshake_started: "server" };

interface Trace {
  readonly events: QlogEvent[];
  readonly sides: Set<VantagePointType>;
}

/** Holds all events until the file is asked for: for runs that end. */
export class QlogFile {
  readonly #title: string;
  readonly #traces = new Map<string, Trace>();

  /** @param title shown by qlog viewers */
  constructor(title: string) {
    this.#title = title;
  }

  /** @param name of the vantage point @returns its sink; the same trace for the same name */
  sinkOf(name: string): TraceSink {
    const trace = this.#traces.get(name) ?? { events: [], sides: new Set() };
    this.#traces.set(name, trace);
    return {
      event: (...told) => {
        trace.events.push(qlogEvent(...told));
        const side = SIDES[String(told[3]["new"])];
        if (side !== undefined) trace.sides.add(side);
      },
    };
  }

  /** @returns the file */
  text(): string {
    const traces = [...this.#traces].map(([name, { events, sides }]) => {
      const [side = "unknown", other] = sides;
      return { ...traceHead({ type: other === undefined ? side : "unknown", name }), events };
    });
    const { file_schema, form } = CONTAINED;
    const known = { qlog_version: "0.3", qlog_format: "JSON" };
    return `${JSON.stringify({ file_schema, serialization_format: form, title: this.#title, ...known, traces })}\n`;
  }
}
