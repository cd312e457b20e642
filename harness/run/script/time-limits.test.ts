import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Ladder } from "../../markers/ladder.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import { Manifest } from "../../markers/manifest.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";
import { REFERENCE_BOOT_MS } from "./calibration.ts";
import { TimeLimits } from "./time-limits.ts";

const TIMEOUT_MS = 60_000;

beforeEach(
  () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] }),
);
afterEach(() => void vi.useRealTimers());

/** A run whose machine boots as slow as said, and then waits for ever. @returns when its deadline passed, and how that was told */
async function deadlineOf(slowness: number, scalesTimeout: boolean): Promise<readonly [number, string]> {
  const startedMs = Date.now();
  const rung = { marker: "up", budgetMs: 100 * TIMEOUT_MS, count: 1 };
  const ladder = new Ladder(
    {
      nodes: [
        { node: "a", order: "strict", rungs: [rung], allowed: [], hasEventPort: false, claim: /^x/, forbidden: [] },
      ],
      order: [],
    },
    new Manifest([{ id: "up", text: "up", process: "p", proves: "x", evidence: [] }]),
  );
  const failures: RunFailure[] = [];
  const clock = { nowMs: () => Date.now() - startedMs };
  const onPassed = (failure: RunFailure): void => void failures.push(failure);
  const limits = new TimeLimits({ ladder, clock, timeoutMs: TIMEOUT_MS, scalesTimeout, onPassed });
  const node = { name: "a", bootMs: slowness * REFERENCE_BOOT_MS, drain: () => undefined } as LiveNode;
  limits.joined(node);
  ladder.booted("a", node.bootMs ?? 0);
  limits.start();
  while (failures.length === 0 && clock.nowMs() < 20 * TIMEOUT_MS) {
    await vi.advanceTimersByTimeAsync(200);
    for (let turn = 0; turn < 8; turn += 1) await nextTurn();
  }
  limits.end();
  return [failures[0]?.atMs ?? Infinity, failures[0]?.detail ?? ""];
}

it("how long a machine has waited for a processor is known after its end", async () => {
  const manifest = new Manifest([{ id: "up", text: "up", process: "p", proves: "x", evidence: [] }]);
  const limits = new TimeLimits({
    ladder: new Ladder({ nodes: [], order: [] }, manifest),
    clock: { nowMs: () => Date.now() },
    timeoutMs: TIMEOUT_MS,
    onPassed: () => undefined,
  });
  let waitedMs = 0;
  limits.joined({ name: "a", machine: { starvedMs: () => waitedMs }, drain: () => undefined } as LiveNode);
  limits.start();
  waitedMs = 700;
  await vi.advanceTimersByTimeAsync(2_000);
  // As the kernel tells of what is gone.
  waitedMs = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  limits.end();
  expect(limits.starvedMs).toEqual({ a: 700 });
});

it.each([
  ["waits for a processor is not silent", 40_000, undefined],
  ["has its share of one is", 100, "no sign of the guest's init within 60.0 s"],
])("a machine that has not booted and %s", async (_, starvedMs, detail) => {
  const rung = { marker: "up", budgetMs: 1_000, count: 1 };
  const base = { order: "strict", allowed: [], hasEventPort: false, claim: /^x/, forbidden: [] } as const;
  const manifest = new Manifest([{ id: "up", text: "up", process: "p", proves: "x", evidence: [] }]);
  const startedMs = Date.now();
  const failures: RunFailure[] = [];
  const limits = new TimeLimits({
    ladder: new Ladder({ nodes: [{ node: "a", rungs: [rung], ...base }], order: [] }, manifest),
    clock: { nowMs: () => Date.now() - startedMs },
    timeoutMs: 10 * TIMEOUT_MS,
    onPassed: (failure) => void failures.push(failure),
  });
  limits.joined({ name: "a", machine: { starvedMs: () => starvedMs }, drain: () => undefined } as LiveNode);
  limits.start();
  for (let second = 0; second < 70; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    for (let turn = 0; turn < 8; turn += 1) await nextTurn();
  }
  limits.end();
  expect(failures[0]?.detail).toBe(detail);
});

it.each([
  [
    "a profile's own is later by as much as the boot was slow",
    2.5,
    true,
    2.5,
    'after 60.0 s x scale 2.50, waiting for "up"',
  ],
  ["it is never earlier than it says", 0.5, true, 1, 'after 60.0 s, waiting for "up"'],
  ["one that was asked for is what it is", 2.5, false, 1, 'after 60.0 s, waiting for "up"'],
])("a deadline: %s", async (_, slowness, scales, factor, detail) => {
  const [atMs, told] = await deadlineOf(slowness, scales);
  expect(atMs).toBeGreaterThanOrEqual(factor * TIMEOUT_MS);
  expect(atMs).toBeLessThan(factor * TIMEOUT_MS + 1_000);
  expect(told).toBe(detail);
});
