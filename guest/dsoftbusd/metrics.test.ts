import { expect, test } from "vitest";
import type { Bus } from "../bus/bus.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Metrics } from "./metrics.ts";

const HOUR_MS = 3_600_000;

test("an hour of metrics is told each second for five minutes, then each ten", () => {
  let nowMs = 1_000;
  let due: { readonly atMs: number; readonly call: () => void } | undefined;
  const toldMs: number[] = [];
  const clock = {
    nowMs: () => nowMs,
    setTimer: (atMs: number, call: () => void) => {
      due = { atMs, call };
      return { cancel: () => undefined };
    },
  };
  const console = { event: () => toldMs.push(nowMs - 1_000), marker: () => undefined };
  const bus = { sessions: { all: () => [{ stats: () => ({}) }] } } as unknown as Bus;
  new Metrics(bus, { clock, console } as unknown as Runtime);
  while (due !== undefined && due.atMs <= HOUR_MS + 1_000) {
    nowMs = due.atMs;
    due.call();
  }
  expect(toldMs.slice(298, 303)).toEqual([299_000, 300_000, 310_000, 320_000, 330_000]);
  expect(toldMs).toHaveLength(300 + 330);
});
