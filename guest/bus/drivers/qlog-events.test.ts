import { expect, test } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { RecordingConsole } from "../loopback.fixture.ts";
import { QlogEvents } from "./qlog-events.ts";
import { traceTo } from "./trace-to.ts";

const METRICS = "recovery:metrics_updated";

test("each trace event is an event of the port, under its name in our schema, and the samples go on", () => {
  const console = new RecordingConsole();
  const sink = traceTo(console, 10_000);
  sink.event(1.5, METRICS, "0102", { congestion_window: 7 });
  sink.event(2, "transport:packet_dropped", "", { trigger: "oversize" });
  expect(console.of(EventKind.QLOG)).toEqual([
    { time: 1.5, name: "udpsec:metrics_updated", group_id: "0102", data: { congestion_window: 7 } },
    { time: 2, name: "udpsec:packet_dropped", data: { trigger: "oversize" } },
  ]);
  expect(console.of(EventKind.CONGESTION)).toHaveLength(1);
});

test("who is not asked for it tells samples alone", () => {
  const console = new RecordingConsole();
  traceTo(console).event(1, METRICS, "x", {});
  expect(console.events.map(({ kind }) => kind)).toEqual([EventKind.CONGESTION]);
});

test("past its bound it says so once, and is silent", () => {
  const console = new RecordingConsole();
  const events = new QlogEvents(console, 1_000);
  for (let at = 0; at < 20; at += 1) events.event(at, "recovery:packet_lost", "x", { trigger: "time_threshold" });
  const kinds = console.events.map(({ kind }) => kind);
  expect(kinds.slice(0, -1).every((kind) => kind === EventKind.QLOG)).toBe(true);
  expect(kinds.at(-1)).toBe(EventKind.QLOG_ENDED);
  expect(kinds.length).toBeGreaterThan(4);
  expect(kinds.length).toBeLessThan(8);
});
