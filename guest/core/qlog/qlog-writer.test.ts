import { describe, expect, it } from "vitest";
import { QlogFile } from "./qlog-file.ts";
import { QlogWriter } from "./qlog-writer.ts";

function written(use: (writer: QlogWriter) => void): { text: string; records: Record<string, unknown>[] } {
  let text = "";
  const vantagePoint = { type: "client", name: "node-a" } as const;
  use(new QlogWriter({ title: "a run", vantagePoint, write: (record) => (text += record) }));
  const records = text.split("\u001e").slice(1);
  expect(records.every((record) => record.endsWith("\n") && record.indexOf("\n") === record.length - 1)).toBe(true);
  return { text, records: records.map((record) => JSON.parse(record) as Record<string, unknown>) };
}

const common = {
  event_schemas: ["urn:x-udpsec:qlog:events:1"],
  common_fields: { time_format: "relative_to_epoch", reference_time: { clock_type: "monotonic", epoch: "unknown" } },
};

describe("qlog of one vantage point", () => {
  it("begins with a header that has what the drafts require, and what older viewers go by", () => {
    const { text, records } = written(() => undefined);
    expect(text.startsWith("\u001e{")).toBe(true);
    expect(records).toEqual([
      {
        file_schema: "urn:ietf:params:qlog:file:sequential",
        serialization_format: "application/qlog+json-seq",
        title: "a run",
        ...{ qlog_version: "0.3", qlog_format: "JSON-SEQ" },
        trace: { vantage_point: { type: "client", name: "node-a" }, ...common },
      },
    ]);
  });

  it("tells each event by time, name and connection, on one line whatever its data holds", () => {
    const { records } = written((writer) => {
      writer.event(1.5, "recovery:packet_lost", "0102", { trigger: "time", text: "a\nb\u001ec" });
      writer.event(2, "transport:packet_dropped", "", { trigger: "oversize" });
    });
    expect(records.slice(1)).toEqual([
      { time: 1.5, name: "udpsec:packet_lost", group_id: "0102", data: { trigger: "time", text: "a\nb\u001ec" } },
      { time: 2, name: "udpsec:packet_dropped", data: { trigger: "oversize" } },
    ]);
  });
});

it("qlog of several has a trace for each, and says who dialled", () => {
  const file = new QlogFile("a run");
  const state = (node: string, name: string, timeMs: number): void =>
    file.sinkOf(node).event(timeMs, "connectivity:connection_state_updated", "01", { new: name });
  for (const node of ["a", "both"]) state(node, "attempted", 1);
  for (const node of ["b", "both"]) state(node, "handshake_started", 2);
  state("c", "open", 3);
  const { traces, ...head } = JSON.parse(file.text()) as { traces: Record<string, unknown>[] };
  expect(head).toEqual({
    ...{ file_schema: "urn:ietf:params:qlog:file:contained", serialization_format: "application/qlog+json" },
    ...{ title: "a run", qlog_version: "0.3", qlog_format: "JSON" },
  });
  expect(traces.map(({ vantage_point }) => vantage_point)).toEqual([
    { type: "client", name: "a" },
    { type: "unknown", name: "both" },
    { type: "server", name: "b" },
    { type: "unknown", name: "c" },
  ]);
  expect(traces[0]).toMatchObject(common);
  expect(traces[1]?.["events"]).toHaveLength(2);
});
