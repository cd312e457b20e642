import { expect, test } from "vitest";
import { Deadline, sleep } from "./deadline.ts";
import { ManualClock } from "./manual-clock.fixture.ts";

function setUp() {
  const clock = new ManualClock();
  const dueMs: number[] = [];
  const deadline = new Deadline(clock, (nowMs) => dueMs.push(nowMs));
  return { clock, dueMs, deadline };
}

test("calls back once, when it is due, not before", () => {
  const { clock, dueMs, deadline } = setUp();
  deadline.set(10);
  clock.advanceTo(9);
  expect(dueMs).toEqual([]);
  clock.advanceTo(100);
  expect(dueMs).toEqual([10]);
  expect(clock.pending).toEqual([]);
});

test("a deadline that comes nearer is kept", () => {
  const { clock, dueMs, deadline } = setUp();
  deadline.set(100);
  deadline.set(10);
  clock.advanceTo(200);
  expect(dueMs).toEqual([10]);
});

test("a deadline that moves away again and again costs one timer until the first one fires", () => {
  const { clock, dueMs, deadline } = setUp();
  for (let atMs = 10; atMs <= 60; atMs += 1) deadline.set(atMs);
  expect(clock.timersSet).toBe(1);
  clock.advanceTo(59);
  expect([dueMs, clock.timersSet]).toEqual([[], 2]);
  clock.advanceTo(60);
  expect(dueMs).toEqual([60]);
});

test("one that moves far away is followed, so that nobody is woken before it, but not often", () => {
  const { clock, dueMs, deadline } = setUp();
  deadline.set(30);
  deadline.set(5_000);
  expect(clock.pending).toEqual([5_000]);
  for (let nowMs = 10; nowMs < 1_000; nowMs += 10) {
    clock.advanceTo(nowMs);
    deadline.set(nowMs + 30);
    deadline.set(nowMs + 5_000);
  }
  expect(clock.timersSet).toBeLessThan(100);
  clock.advanceTo(5_989);
  expect(dueMs).toEqual([]);
  clock.advanceTo(5_990);
  expect(dueMs).toEqual([5_990]);
});

test("none any more: the timer finds nothing due and is not armed anew", () => {
  const { clock, dueMs, deadline } = setUp();
  deadline.set(10);
  deadline.set(undefined);
  clock.advanceTo(50);
  expect([dueMs, clock.pending]).toEqual([[], []]);
  deadline.set(60);
  clock.advanceTo(60);
  expect(dueMs).toEqual([60]);
});

test("cancelled, it leaves no timer behind, and can be set again", () => {
  const { clock, dueMs, deadline } = setUp();
  deadline.set(10);
  deadline.cancel();
  expect(clock.pending).toEqual([]);
  deadline.set(20);
  clock.advanceTo(30);
  expect(dueMs).toEqual([20]);
});

test("sleep ends when its time has passed", async () => {
  const { clock } = setUp();
  clock.advanceTo(5);
  const slept = sleep(clock, 10);
  expect(clock.pending).toEqual([15]);
  clock.advanceTo(15);
  await slept;
});
