import { describe, expect, it } from "vitest";
import { EndpointBudget } from "./endpoint-budget.ts";

const KIB = 1024;

describe("receive memory", () => {
  it.each([
    [50, true],
    [51, false],
  ])("lets windows grow by %i of 100 bytes: %s", (bytes, isGranted) => {
    const budget = new EndpointBudget(100, 0);
    expect(budget.growReceive(bytes)).toBe(isGranted);
    expect(budget.receiveReservedBytes).toBe(isGranted ? bytes : 0);
  });

  it("is all there for new windows, however much of its half was taken by growth", () => {
    const budget = new EndpointBudget(100, 0);
    budget.growReceive(50);
    expect([budget.reserveReceive(50), budget.reserveReceive(1)]).toEqual([true, false]);
  });

  it("counts new windows against growth", () => {
    const budget = new EndpointBudget(100, 0);
    budget.reserveReceive(30);
    expect([budget.growReceive(21), budget.growReceive(20)]).toEqual([false, true]);
  });
});

describe("send memory", () => {
  it.each([
    [64 * KIB, 16 * KIB],
    [40 * KIB, 10 * KIB],
    [1, 1],
  ])("of %i bytes wakes who waits when %i are free, once", (limitBytes, wakeBytes) => {
    const budget = new EndpointBudget(0, limitBytes);
    let woken = 0;
    budget.takeSend(limitBytes);
    budget.waitForSend(() => (woken += 1));
    budget.releaseSend(wakeBytes - 1);
    expect(woken).toBe(0);
    budget.releaseSend(1);
    expect([woken, budget.sendWakeBytes]).toEqual([1, wakeBytes]);
    budget.releaseSend(limitBytes - wakeBytes);
    expect([woken, budget.sendHeldBytes]).toEqual([1, 0]);
  });

  it("wakes all in the order of asking, each once however often it asked, and nobody who left", () => {
    const budget = new EndpointBudget(0, 100);
    const woken: string[] = [];
    const [first, second, third] = ["first", "second", "third"].map((name) => () => {
      woken.push(name);
      // Whoever finds nothing left asks again, and is not woken by the same release.
      if (name === "first") budget.waitForSend(first);
    }) as [() => void, () => void, () => void];
    budget.takeSend(100);
    for (const waiter of [first, second, third, first]) budget.waitForSend(waiter);
    budget.stopWaiting(third);
    budget.releaseSend(100);
    expect(woken).toEqual(["first", "second"]);
    budget.takeSend(100);
    budget.releaseSend(100);
    expect(woken).toEqual(["first", "second", "first"]);
  });
});
