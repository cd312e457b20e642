import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeadlineHeap, HeapItem } from "../../deadline-heap.ts";
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
        const heap = new DeadlineHeap<HeapItem>();
        const items = Array.from({ length: 21 }, () => new HeapItem());
        const model = new Map<HeapItem | undefined, number>();
        for (const command of list) {
          if ("nowMs" in command) {
            const due = [...model.values()].filter((deadlineMs) => deadlineMs <= command.nowMs);
            const item = heap.takeDue(command.nowMs);
            expect(item === undefined ? undefined : model.get(item)).toBe(
              due.length === 0 ? undefined : Math.min(...due),
            );
            if (item !== undefined) model.delete(item);
          } else {
            const item = items[command.item] ?? new HeapItem();
            heap.set(item, command.deadlineMs);
            if (command.deadlineMs === undefined) model.delete(item);
            else model.set(item, command.deadlineMs);
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

  it("does what a list of the ready and a map of deadlines do", () => {
    const steps = fc.array(
      fc.record({
        step: fc.constantFrom("wake", "requeue", "rest", "forget", "due"),
        item: fc.nat(6),
        atMs: fc.nat(50),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const agenda = new Agenda<number>();
        let ready: number[] = [];
        const deadlines = new Map<number, number>();
        const leave = (item: number): void => void (ready = ready.filter((other) => other !== item));
        for (const { step, item, atMs } of list) {
          switch (step) {
            case "wake":
              agenda.wake(item);
              if (!ready.includes(item)) ready.push(item);
              break;
            case "requeue": {
              agenda.requeue(item);
              // Who was forgotten meanwhile has no turn any more.
              const isKnown = ready.includes(item) || deadlines.has(item);
              leave(item);
              if (isKnown) ready.push(item);
              break;
            }
            case "rest":
              // No two at the same time: who of those comes first is the heap's to say.
              agenda.rest(item, atMs + item / 10);
              leave(item);
              deadlines.set(item, atMs + item / 10);
              break;
            case "forget":
              agenda.forget(item);
              leave(item);
              deadlines.delete(item);
              break;
            default: {
              agenda.wakeDue(atMs);
              const due = [...deadlines].filter(([, deadlineMs]) => deadlineMs <= atMs);
              for (const [other] of due.sort((left, right) => left[1] - right[1])) {
                deadlines.delete(other);
                if (!ready.includes(other)) ready.push(other);
              }
            }
          }
          expect([agenda.next(), agenda.hasReady]).toEqual([ready[0], ready.length > 0]);
          expect(agenda.nextDeadlineMs).toBe(deadlines.size === 0 ? undefined : Math.min(...deadlines.values()));
        }
        const turns: (number | undefined)[] = [];
        for (let item = agenda.next(); item !== undefined; item = agenda.next()) {
          turns.push(item);
          agenda.forget(item);
        }
        expect(turns).toEqual(ready);
      }),
    );
  });
});
