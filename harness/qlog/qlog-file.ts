/** A qlog file of a run (draft-ietf-quic-qlog-main-schema), on the run's clock. docs/tracing.md is the text of its events. */
import type { FinishedSummary } from "../compare/finished-summary.ts";

const EVENT_SCHEMA = "urn:x-udpsec:qlog:events:1";

/** `flow`: of a network, whose sending is `packet_sent`. */
export type RunVantagePoint = { readonly name: string } & (
  { readonly type: "client" | "server" | "unknown" } | { readonly type: "network"; readonly flow: "client" | "server" }
);

export interface RunQlogEvent {
  /** ms on the run's clock. */
  readonly time: number;
  readonly name: string;
  readonly group_id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What one vantage point saw. */
export interface QlogTrace {
  readonly description: string;
  readonly vantagePoint: RunVantagePoint;
  readonly events: readonly RunQlogEvent[];
}

/** @returns the file's text */
export function qlogFile(
  { profile, seed, startedAt, passed, fullCode, code }: FinishedSummary,
  traces: readonly QlogTrace[],
): string {
  const startedMs = Date.parse(startedAt);
  const wallClock = Number.isNaN(startedMs) ? {} : { wall_clock_time: new Date(startedMs).toISOString() };
  const file = {
    file_schema: "urn:ietf:params:qlog:file:contained",
    serialization_format: "application/qlog+json",
    title: `${profile}, seed ${seed}: ${passed ? "passed" : (fullCode ?? code)}`,
    // Viewers that know older drafts alone go by these two.
    ...{ qlog_version: "0.3", qlog_format: "JSON" },
    traces: traces.map(({ description, vantagePoint, events }) => ({
      ...{ title: vantagePoint.name, description, vantage_point: vantagePoint, event_schemas: [EVENT_SCHEMA] },
      common_fields: {
        time_format: "relative_to_epoch",
        reference_time: { clock_type: "monotonic", epoch: "unknown", ...wallClock },
      },
      events,
    })),
  };
  return `${JSON.stringify(file)}\n`;
}
