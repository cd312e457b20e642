import { expect, test } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { CongestionSampler } from "./congestion-sampler.ts";
import { RecordingConsole } from "../loopback.fixture.ts";

const METRICS = "recovery:metrics_updated";

function setUp() {
  const console = new RecordingConsole();
  const sampler = new CongestionSampler(console);
  return { sampler, samples: () => console.of(EventKind.CONGESTION).map(({ connection, cwnd }) => [connection, cwnd]) };
}

test("at most one sample in 200 ms, for each connection by itself", () => {
  const { sampler, samples } = setUp();
  for (const atMs of [0, 1, 199.9, 200, 399, 400]) sampler.event(atMs, METRICS, "x", { cwnd: atMs });
  sampler.event(1, METRICS, "y", { cwnd: 7 });
  expect(samples()).toEqual([
    ["x", 0],
    ["x", 200],
    ["x", 400],
    ["y", 7],
  ]);
});

test("nothing but congestion state", () => {
  const { sampler, samples } = setUp();
  sampler.event(0, "transport:packet_sent", "x", {});
  expect(samples()).toEqual([]);
});

test("remembers 256 connections: the one least lately sampled is forgotten", () => {
  const { sampler, samples } = setUp();
  for (let index = 0; index <= 256; index += 1) sampler.event(0, METRICS, `c${index}`, { cwnd: index });
  const before = samples().length;
  sampler.event(1, METRICS, "c1", { cwnd: 1 });
  expect(samples()).toHaveLength(before);
  sampler.event(1, METRICS, "c0", { cwnd: 0 });
  expect(samples()).toHaveLength(before + 1);
});
