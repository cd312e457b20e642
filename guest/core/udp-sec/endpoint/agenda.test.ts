import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeadlineHeap } from "../../deadline-heap.ts";
import { Agenda } from "./agenda.ts";

const commands = fc.array(
  fc.oneof(
    fc.record({ item: fc.nat(20), deadlineMs: fc.option(fc.nat(100), { nil: undefined }) }),
    fc.record({ nowMs: fc.nat(100) }),
  ),
  { maxLength: 200 },
);

describe("deadline heap", () => {
  it("does what a plain map does", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const heap = new DeadlineHeap<number>();
        const model = new Map<number, number>();
        for (const command of list) {
          if ("nowMs" in command) {
            const due = [...model.values()].filter((deadlineMs) => deadlineMs <= command.nowMs);
            const item = heap.takeDue(command.nowMs);
            expect(item === undefined ? undefined : model.get(item)).toBe(
              due.length === 0 ? undefined : Math.min(...due),
            );
            if (item !== undefined) model.delete(item);
          } else {
            heap.set(command.item, command.deadlineMs);
            if (command.deadlineMs === undefined) model.delete(command.item);
            else model.set(command.item, command.deadlineMs);
          }
          expect(heap.size).toBe(model.size);
          expect(heap.nextMs).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        }
      }),
    );
  });
});

describe("agenda", () => {
  it("gives turns in order, wakes who is due, and lets the rest rest", () => {
    const agenda = new Agenda<string>();
    expect([agenda.next(), agenda.hasReady, agenda.nextDeadlineMs]).toEqual([undefined, false, undefined]);
    agenda.wake("a");
    agenda.wake("b");
    agenda.wake("a");
    expect(agenda.next()).toBe("a");
    agenda.requeue("a");
    expect(agenda.next()).toBe("b");
    agenda.rest("b", 10);
    agenda.rest("a", 5);
    expect([agenda.next(), agenda.hasReady, agenda.nextDeadlineMs]).toEqual([undefined, false, 5]);
    agenda.wakeDue(4.9);
    expect(agenda.next()).toBeUndefined();
    agenda.wakeDue(5);
    expect([agenda.next(), agenda.nextDeadlineMs]).toEqual(["a", 10]);
    agenda.forget("b");
    agenda.forget("a");
    expect([agenda.next(), agenda.nextDeadlineMs]).toEqual([undefined, undefined]);
  });
});
