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
  const limits = { tickMs: 1_000, endAfterTicks: 9 };
  const make = (nowMs: number): Keepalive => new Keepalive(limits, 3, nowMs);

  /** What it does when asked every half second, and when. */
  const stepsOf = (keepalive: Keepalive): readonly string[] =>
    Array.from({ length: 30 }, (_, index) => 500 * (index + 1)).flatMap((nowMs) => {
      const step = keepalive.poll(nowMs);
      return step === "none" ? [] : [`${step} ${nowMs}`];
    });

  // Requirement: M-29
  test("over tcp PING after 6 silent ticks and with each that follows, end after 12", () => {
    const steps = stepsOf(new Keepalive(DEFAULT_MUX_LIMITS, DEFAULT_MUX_LIMITS.pingAfterTicks.tcp, 0));
    const pings = [6_000, 7_000, 8_000, 9_000, 10_000, 11_000].map((atMs) => `ping ${atMs}`);
    expect(steps.slice(0, 7)).toEqual([...pings, "end 12000"]);
  });

  // Requirement: M-29
  test("over udp-sec PING after 9, and the end no later", () => {
    const steps = stepsOf(new Keepalive(DEFAULT_MUX_LIMITS, DEFAULT_MUX_LIMITS.pingAfterTicks["udp-sec"], 0));
    expect(steps.slice(0, 4)).toEqual(["ping 9000", "ping 10000", "ping 11000", "end 12000"]);
  });

  test("any receipt starts over", () => {
    const keepalive = make(0);
    keepalive.poll(3_000);
    keepalive.poll(6_000);
    keepalive.noteReceipt(8_999);
    expect([keepalive.silentSteps, keepalive.nextDeadlineMs]).toEqual([0, 12_000]);
    expect(keepalive.poll(11_999)).toBe("none");
    expect(keepalive.poll(12_000)).toBe("ping");
  });

  test("sessions that fell silent within one tick are looked at together, none too early", () => {
    const deadlines = [7_001, 7_300, 7_999, 8_000].map((sinceMs) => make(sinceMs).nextDeadlineMs);
    expect(deadlines).toEqual([11_000, 11_000, 11_000, 11_000]);
  });

  test("a receipt from before the last step changes nothing", () => {
    const keepalive = make(0);
    keepalive.poll(3_000);
    keepalive.noteReceipt(2_999);
    expect([keepalive.silentSteps, keepalive.nextDeadlineMs]).toEqual([1, 4_000]);
  });

  test("a process that slept through all ticks takes one step, not seven", () => {
    const keepalive = make(0);
    expect(keepalive.poll(60_000)).toBe("ping");
    expect(keepalive.nextDeadlineMs).toBe(61_000);
  });
});
