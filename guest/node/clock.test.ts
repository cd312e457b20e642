import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NodeClock } from "./clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A clock whose callbacks leave their names. */
function setUp() {
  const clock = new NodeClock();
  const called: string[] = [];
  const set = (name: string, afterMs: number) => clock.setTimer(clock.nowMs() + afterMs, () => called.push(name));
  return { clock, called, set };
}

test("however many deadlines there are, and however often they move, one timer of Node's is armed", () => {
  const { clock, called, set } = setUp();
  const armed = vi.spyOn(globalThis, "setTimeout");
  for (let index = 0; index < 1_000; index += 1) set(`${index}`, 1_000 + index);
  for (let index = 0; index < 1_000; index += 1) clock.setTimer(clock.nowMs() + 3_000, () => undefined).cancel();
  expect([vi.getTimerCount(), armed.mock.calls.length]).toEqual([1, 1]);
  vi.advanceTimersByTime(2_500);
  expect([called.length, called[0], called.at(-1)]).toEqual([1_000, "0", "999"]);
});

test("one that comes before the others is called at its time", () => {
  const { called, set } = setUp();
  set("late", 100);
  set("early", 10);
  vi.advanceTimersByTime(9);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(3);
  expect(called).toEqual(["early"]);
  vi.advanceTimersByTime(90);
  expect(called).toEqual(["early", "late"]);
});

test("when all are cancelled nothing is armed: the process may end", () => {
  const { set } = setUp();
  const timers = [set("a", 10), set("b", 20)];
  for (const timer of timers) timer.cancel();
  expect(vi.getTimerCount()).toBe(0);
});

test("Node's timer goes with the earliest that is left, if that is far: a process is not woken for what was cancelled", () => {
  const { clock, set } = setUp();
  const armed = vi.spyOn(globalThis, "setTimeout");
  set("last", 6_000);
  set("first", 30).cancel();
  clock.setTimer(clock.nowMs() + 5_000, () => undefined);
  expect([vi.getTimerCount(), armed.mock.calls.at(-1)?.[1]]).toEqual([1, 5_000]);
  const early = set("early", 30);
  set("near", 33);
  early.cancel();
  set("later", 40);
  expect([vi.getTimerCount(), armed.mock.calls.at(-1)?.[1]]).toEqual([1, 30]);
});

test("one that another cancels in the same turn stays silent", () => {
  const { clock, called, set } = setUp();
  const first = clock.setTimer(clock.nowMs() + 5, () => second.cancel());
  const second = set("second", 5.5);
  vi.advanceTimersByTime(10);
  first.cancel();
  expect(called).toEqual([]);
});

test("what a callback sets for a time that has passed waits for the next turn", () => {
  const { clock, called } = setUp();
  const again = (): void => {
    called.push("again");
    if (called.length < 3) clock.setTimer(clock.nowMs() - 1, again);
  };
  clock.setTimer(clock.nowMs(), again);
  // A timer of Node's, and the two immediates in which sockets are read.
  const turn = (): void => void [1, 2, 3].forEach(() => vi.advanceTimersToNextTimer());
  turn();
  expect(called).toHaveLength(1);
  turn();
  expect(called).toHaveLength(2);
});

test("one that throws takes no other with it, and what it cancelled stays silent", () => {
  const { clock, called, set } = setUp();
  clock.setTimer(clock.nowMs() + 5, () => {
    cancelled.cancel();
    throw new RangeError("a bug");
  });
  const cancelled = set("cancelled", 5.5);
  set("other", 6);
  expect(() => vi.advanceTimersByTime(7)).toThrow(RangeError);
  vi.advanceTimersByTime(5);
  expect(called).toEqual(["other"]);
});
