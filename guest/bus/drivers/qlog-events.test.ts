import { expect, test } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { RecordingConsole } from "../loopback.fixture.ts";
import { ManualClock } from "../sessions/manual-clock.fixture.ts";
import { QlogEvents } from "./qlog-events.ts";
import { traceTo } from "./trace-to.ts";

const METRICS = "recovery:metrics_updated";

function setUp(maxBytes = 1_000_000) {
  const console = new RecordingConsole();
  const clock = new ManualClock();
  return { console, clock, events: new QlogEvents(console, clock, maxBytes) };
}

test("trace events share a line of the port, under their names in our schema, and the samples go on", () => {
  const { console, clock, events } = setUp();
  const sink = traceTo(console, events);
  sink.event(1.5, METRICS, "0102", { congestion_window: 7 });
  sink.event(2, "transport:packet_dropped", "", { trigger: "oversize" });
  expect(console.of(EventKind.CONGESTION)).toHaveLength(1);
  expect(console.of(EventKind.QLOG)).toEqual([]);
  clock.advanceTo(50);
  expect(console.of(EventKind.QLOG)).toEqual([
    {
      events: [
        { time: 1.5, name: "udpsec:metrics_updated", group_id: "0102", data: { congestion_window: 7 } },
        { time: 2, name: "udpsec:packet_dropped", data: { trigger: "oversize" } },
      ],
    },
  ]);
});

test("a line takes 8 KiB, what is told at the end is told once, and nothing is told of nothing", () => {
  const { console, clock, events } = setUp();
  for (let at = 0; at < 100; at += 1) events.event(at, METRICS, "x", { padding: "y".repeat(200) });
  const lines = console.of(EventKind.QLOG);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(8_400);
  events.flush();
  const told = console.of(EventKind.QLOG).flatMap(({ events: of }) => of as object[]);
  expect(told).toHaveLength(100);
  events.flush();
  clock.advanceTo(1_000);
  expect(console.of(EventKind.QLOG)).toHaveLength(lines.length + 1);
});

test("who is not asked for it tells samples alone", () => {
  const { console } = setUp();
  traceTo(console).event(1, METRICS, "x", {});
  expect(console.events.map(({ kind }) => kind)).toEqual([EventKind.CONGESTION]);
});

test("past its bound it tells what it had, says so once, and is silent", () => {
  const { console, clock, events } = setUp(1_000);
  for (let at = 0; at < 20; at += 1) events.event(at, "recovery:packet_lost", "x", { trigger: "time_threshold" });
  clock.advanceTo(1_000);
  events.flush();
  expect(console.events.map(({ kind }) => kind)).toEqual([EventKind.QLOG, EventKind.QLOG_ENDED]);
  const [line] = console.of(EventKind.QLOG);
  expect((line?.["events"] as object[]).length).toBeGreaterThan(5);
});
