import fc from "fast-check";
import { expect, it } from "vitest";
import { EventQueue } from "./event-queue.ts";

it("runs by time, equal times in the order of scheduling, whatever was cancelled (against a sorted list)", () => {
  const events = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 30 }), cancelled: fc.boolean() }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(events, (list) => {
      const queue = new EventQueue();
      const ran: number[] = [];
      const handles = list.map(({ atMs }, i) => queue.schedule(atMs, () => ran.push(i)));
      for (const [i, { cancelled }] of list.entries()) if (cancelled) handles[i]?.cancel();
      expect(queue.size).toBe(list.filter(({ cancelled }) => !cancelled).length);
      while (queue.runNext());
      const expected = list
        .map((event, i) => ({ ...event, i }))
        .filter(({ cancelled }) => !cancelled)
        .sort((a, b) => a.atMs - b.atMs || a.i - b.i);
      expect(ran).toEqual(expected.map(({ i }) => i));
    }),
  );
});

it("moves the clock to each event and never back", () => {
  const queue = new EventQueue();
  const times: number[] = [];
  queue.schedule(5, () => {
    times.push(queue.nowMs);
    queue.schedule(1, () => times.push(queue.nowMs));
  });
  expect(queue.peekMs()).toBe(5);
  while (queue.runNext());
  expect(times).toEqual([5, 5]);
  expect(queue.runNext()).toBe(false);
  expect(queue.peekMs()).toBeUndefined();
});

it("forgets cancelled events: re-arming a timer for ever holds no memory", () => {
  const queue = new EventQueue();
  let ran = 0;
  for (let i = 0; i < 10_000; i++) {
    const timer = queue.schedule(1_000 + i, () => (ran += 1));
    if (i < 9_999) timer.cancel();
    timer.cancel();
    if (i === 9_999) queue.schedule(0, () => (ran += 10));
  }
  expect(queue.size).toBe(1);
  while (queue.runNext());
  expect(ran).toBe(10);
});
