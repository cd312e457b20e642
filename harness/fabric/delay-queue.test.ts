import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DelayQueue } from "./delay-queue.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const nowMs = (): number => performance.now();

test("deliveries run in order of time, at one time in order of arrival, none early", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 60 }), (delays) => {
      const queue = new DelayQueue(nowMs);
      const begin = nowMs();
      const ran: { delay: number; index: number }[] = [];
      for (const [index, delay] of delays.entries()) {
        queue.add(begin + delay, () => {
          expect(nowMs() - begin).toBeGreaterThanOrEqual(delay);
          ran.push({ delay, index });
        });
      }
      vi.advanceTimersByTime(50);
      expect(ran).toEqual(
        delays.map((delay, index) => ({ delay, index })).sort((a, b) => a.delay - b.delay || a.index - b.index),
      );
      expect(queue.size).toBe(0);
    }),
  );
});

test("one that is due earlier than the armed timer is not late", () => {
  const queue = new DelayQueue(nowMs);
  const ran: string[] = [];
  queue.add(nowMs() + 100, () => ran.push("late"));
  queue.add(nowMs() + 5, () => ran.push("early"));
  vi.advanceTimersByTime(6);
  expect(ran).toEqual(["early"]);
  queue.clear();
  vi.advanceTimersByTime(200);
  expect(ran).toEqual(["early"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("the bound: the last that fits, and the first that doesn't", () => {
  const queue = new DelayQueue(nowMs, 3);
  const add = (): boolean => queue.add(nowMs() + 1, () => undefined);
  expect([add(), add(), add(), add()]).toEqual([true, true, true, false]);
  vi.advanceTimersByTime(2);
  expect(add()).toBe(true);
});
