/** What every file of ours says of itself (draft-ietf-quic-qlog-main-schema), whatever its form. */
import type { TraceSink } from "../trace.ts";

/** Ours alone: docs/tracing.md is its text. */
export const EVENT_SCHEMA = "urn:x-udpsec:qlog:events:1";
export const SEQUENTIAL = { file_schema: "urn:ietf:params:qlog:file:sequential", form: "application/qlog+json-seq" };
export const CONTAINED = { file_schema: "urn:ietf:params:qlog:file:contained", form: "application/qlog+json" };

export type VantagePointType = "client" | "server" | "network" | "unknown";

/** One side of connections, or somebody who sees both. */
export interface VantagePoint {
  readonly type: VantagePointType;
  readonly name: string;
}

export interface QlogEvent {
  readonly time: number;
  readonly name: string;
  readonly group_id?: string;
  readonly data: object;
}

/** @returns what a trace says before its events */
export function traceHead(vantagePoint: VantagePoint): object {
  return {
    vantage_point: vantagePoint,
    event_schemas: [EVENT_SCHEMA],
    common_fields: {
      time_format: "relative_to_epoch",
      // The caller's monotonic clock: its zero means nothing.
      reference_time: { clock_type: "monotonic", epoch: "unknown" },
    },
  };
}

/** @returns the event under its name in our schema: the sink's category is one of older drafts */
export function qlogEvent(...[timeMs, name, connection, data]: Parameters<TraceSink["event"]>): QlogEvent {
  const group = connection === "" ? {} : { group_id: connection };
  return { time: timeMs, name: `udpsec:${name.slice(name.indexOf(":") + 1)}`, ...group, data };
}
