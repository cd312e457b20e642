import { describe, expect, test } from "vitest";
import { PriorityScheduler } from "./priority-scheduler.ts";

/** Lets every member stay ready for ever. @returns who had the turns */
function turns(
  scheduler: PriorityScheduler<string>,
  priorities: Readonly<Record<string, number>>,
  count: number,
): string {
  let order = "";
  for (let turn = 0; turn < count; turn += 1) {
    const member = scheduler.next();
    if (member === undefined) break;
    order += member;
    scheduler.add(priorities[member] ?? 0, member);
  }
  return order;
}

function schedulerOf(priorities: Readonly<Record<string, number>>, budget = 8): PriorityScheduler<string> {
  const scheduler = new PriorityScheduler<string>(budget);
  for (const [member, priority] of Object.entries(priorities)) scheduler.add(priority, member);
  return scheduler;
}

describe("PriorityScheduler", () => {
  // Requirement: M-27
  test("after 8 turns of the highest class one lower turn goes", () => {
    const priorities = { a: 0, z: 7 };
    expect(turns(schedulerOf(priorities), priorities, 19)).toBe("aaaaaaaazaaaaaaaaza");
  });

  test("lower turns go round-robin over the classes below", () => {
    const priorities = { a: 0, b: 1, c: 2, d: 7 };
    expect(turns(schedulerOf(priorities, 1), priorities, 14)).toBe("abacadabacadab");
  });

  test("within a class members take turns", () => {
    const priorities = { x: 4, y: 4, z: 4 };
    expect(turns(schedulerOf(priorities), priorities, 7)).toBe("xyzxyzx");
  });

  test("the budget runs only while a lower class waits", () => {
    const scheduler = schedulerOf({ a: 0 });
    expect(turns(scheduler, { a: 0 }, 20)).toBe("a".repeat(20));
    scheduler.add(5, "l");
    expect(turns(scheduler, { a: 0, l: 5 }, 10)).toBe("aaaaaaaala");
  });

  test("adding twice keeps one turn, removing takes it away", () => {
    const scheduler = new PriorityScheduler<string>(8);
    scheduler.add(2, "a");
    scheduler.add(2, "a");
    scheduler.add(2, "b");
    expect(scheduler.size).toBe(2);
    scheduler.remove(2, "a");
    scheduler.remove(2, "a");
    expect(scheduler.size).toBe(1);
    expect([scheduler.next(), scheduler.next(), scheduler.size]).toEqual(["b", undefined, 0]);
    scheduler.add(1, "c");
    scheduler.clear();
    expect([scheduler.next(), scheduler.size]).toEqual([undefined, 0]);
  });
});
