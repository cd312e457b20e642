import { describe, expect, test } from "vitest";
import { ChurnBudget } from "./churn-budget.ts";
import { Keepalive } from "./keepalive.ts";
import { DEFAULT_MUX_LIMITS } from "./limits.ts";

describe("ChurnBudget", () => {
  const spendable = (budget: ChurnBudget, nowMs: number): number => {
    let count = 0;
    while (budget.spend(nowMs)) count += 1;
    return count;
  };

  test("100 at once, then 100 per second", () => {
    const budget = new ChurnBudget(100, 0);
    expect(spendable(budget, 0)).toBe(100);
    expect(spendable(budget, 9)).toBe(0);
    expect(spendable(budget, 10)).toBe(1);
    expect(spendable(budget, 510)).toBe(50);
    expect(spendable(budget, 60_000)).toBe(100);
  });

  test("a clock that steps back earns nothing", () => {
    const budget = new ChurnBudget(100, 1_000);
    spendable(budget, 1_000);
    expect(spendable(budget, 0)).toBe(0);
    expect(spendable(budget, 1_000)).toBe(0);
  });
});

describe("Keepalive", () => {
  const limits = { tickMs: 1_000, pingAfterTicks: 3, endAfterTicks: 9 };

  // Requirement: M-29
  test("PING after 6 silent ticks, end after 12", () => {
    const keepalive = new Keepalive(DEFAULT_MUX_LIMITS, 0);
    const steps = [5_999, 6_000, 11_999, 12_000].map((nowMs) => keepalive.poll(nowMs));
    expect(steps).toEqual(["none", "ping", "none", "end"]);
  });

  test("with 3 and 9 there are two PINGs before the end", () => {
    const keepalive = new Keepalive(limits, 0);
    const steps = [2_999, 3_000, 5_999, 6_000, 8_999, 9_000].map((nowMs) => keepalive.poll(nowMs));
    expect(steps).toEqual(["none", "ping", "none", "ping", "none", "end"]);
  });

  test("any receipt starts over", () => {
    const keepalive = new Keepalive(limits, 0);
    keepalive.poll(3_000);
    keepalive.poll(6_000);
    keepalive.noteReceipt(8_999);
    expect([keepalive.silentSteps, keepalive.nextDeadlineMs]).toEqual([0, 12_000]);
    expect(keepalive.poll(11_999)).toBe("none");
    expect(keepalive.poll(12_000)).toBe("ping");
  });

  test("sessions that fell silent within one tick are looked at together, none too early", () => {
    const deadlines = [7_001, 7_300, 7_999, 8_000].map((sinceMs) => new Keepalive(limits, sinceMs).nextDeadlineMs);
    expect(deadlines).toEqual([11_000, 11_000, 11_000, 11_000]);
  });

  test("a receipt from before the last step changes nothing", () => {
    const keepalive = new Keepalive(limits, 0);
    keepalive.poll(3_000);
    keepalive.noteReceipt(2_999);
    expect([keepalive.silentSteps, keepalive.nextDeadlineMs]).toEqual([1, 6_000]);
  });

  test("a process that slept through all ticks takes one step, not three", () => {
    const keepalive = new Keepalive(limits, 0);
    expect(keepalive.poll(60_000)).toBe("ping");
    expect(keepalive.nextDeadlineMs).toBe(63_000);
  });
});
