import { describe, expect, it } from "vitest";
import { QlogWriter } from "./qlog-writer.ts";

function written(use: (writer: QlogWriter) => void): { text: string; records: Record<string, unknown>[] } {
  let text = "";
  const vantagePoint = { type: "client", name: "node-a" } as const;
  use(new QlogWriter({ title: "a run", vantagePoint, write: (record) => (text += record) }));
  const records = text.split("\u001e").slice(1);
  expect(records.every((record) => record.endsWith("\n") && record.indexOf("\n") === record.length - 1)).toBe(true);
  return { text, records: records.map((record) => JSON.parse(record) as Record<string, unknown>) };
}

describe("qlog", () => {
  it("begins with a header that says JSON-SEQ and who observed", () => {
    const { text, records } = written(() => undefined);
    expect(text.startsWith("\u001e{")).toBe(true);
    expect(records).toEqual([
      {
        qlog_version: "0.3",
        qlog_format: "JSON-SEQ",
        title: "a run",
        trace: {
          vantage_point: { type: "client", name: "node-a" },
          common_fields: { time_format: "relative", reference_time: 0, protocol_type: ["dsoftbus-udp-sec-v1"] },
        },
      },
    ]);
  });

  it("tells each event by time, name, connection and node, on one line whatever its data holds", () => {
    const { records } = written((writer) => {
      writer.event(1.5, "recovery:packet_lost", "0102", { trigger: "time", text: "a\nb\u001ec" });
      writer.sinkOf("b").event(2, "transport:packet_dropped", "", { trigger: "oversize" });
    });
    expect(records.slice(1)).toEqual([
      { time: 1.5, name: "recovery:packet_lost", group_id: "0102", data: { trigger: "time", text: "a\nb\u001ec" } },
      { time: 2, name: "transport:packet_dropped", node: "b", data: { trigger: "oversize" } },
    ]);
  });
});
