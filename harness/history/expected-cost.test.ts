import { expect, it } from "vitest";
import { expectedCosts } from "./expected-cost.ts";
import type { HistoryEntry } from "./history.ts";

const entry = (machineMs: number, code = "passed"): HistoryEntry => ({
  ...{ at: "2026-01-01T00:00:00.000Z", seed: "s", accelerator: "tcg", code, machineMs, scale: 1 },
});
const profile = (name: string, timeoutMs: number, machines = 1) => ({ name, timeoutMs, machines });

it("is measured where a profile has passed, and its deadline's share elsewhere", () => {
  const history = new Map([
    ["quick", [entry(99_000, "timed-out"), entry(10_000), entry(12_000), entry(11_000)]],
    ["wide", [entry(20_000)]],
    ["failing", [entry(5_000, "hung")]],
  ]);
  const profiles = [
    profile("quick", 100_000),
    profile("wide", 100_000, 3),
    profile("failing", 50_000),
    profile("new", 200_000, 0),
  ];
  const costs = expectedCosts(profiles, (name) => history.get(name) ?? []);
  expect([...costs]).toEqual([
    ["quick", 11_000],
    ["wide", 60_000],
    ["failing", 10_000],
    ["new", 40_000],
  ]);
});

it("is the deadline where nothing was measured", () => {
  expect([...expectedCosts([profile("a", 60_000, 2)], () => [])]).toEqual([["a", 120_000]]);
});
