import { describe, expect, it } from "vitest";
import { EndpointBudget } from "../../endpoint-budget.ts";
import { PersistTimer } from "./persist-timer.ts";
import { ReceiveStream } from "./receive-stream.ts";

const LIMITS = { initialWindowBytes: 1_000, maxWindowBytes: 4_000, outOfOrderSegments: 4 };

function receiver(budget = new EndpointBudget()): ReceiveStream {
  return new ReceiveStream(LIMITS, budget, 0);
}

describe("ReceiveStream", () => {
  // Requirements: F-1, F-4, B-6, RX-77
  it.each([
    [999, "taken"],
    [1_000, "taken"],
    [1_001, "FLOW_CONTROL"],
  ])("bytes up to %i are %s with a window of 1,000", (end, outcome) => {
    expect(receiver().onData(end - 10, new Uint8Array(10), false)).toBe(outcome);
  });

  // Requirements: F-1, F-3
  it("counts on what was advertised, not on what was read meanwhile", () => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(600), false);
    stream.read(600, 1_000, 1);
    expect(stream.onData(1_000, new Uint8Array(1), false)).toBe("FLOW_CONTROL");
    expect(stream.isUpdateDue).toBe(true);
    expect(stream.window.advertise(stream.delivered)).toBe(1_000);
    expect(stream.isUpdateDue).toBe(false);
    expect(stream.onData(1_000, new Uint8Array(600), false)).toBe("taken");
  });

  // Requirement: F-6
  it.each([
    [499, false],
    [500, true],
    [501, true],
  ])("after %i bytes were read an update is due: %s", (bytes, isDue) => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(600), false);
    stream.read(bytes, 1_000, 1);
    expect(stream.isUpdateDue).toBe(isDue);
  });

  // Requirements: F-9, F-10
  it("takes FIN without credit, and only one final size", () => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(1_000), false);
    expect(stream.onData(1_000, new Uint8Array(0), true)).toBe("taken");
    expect(stream.isComplete).toBe(true);
    expect(stream.isReadFinished).toBe(false);
    expect(stream.onData(1_000, new Uint8Array(0), true)).toBe("repeated");
    expect(stream.onData(999, new Uint8Array(0), true)).toBe("PROTOCOL");
    expect(stream.onData(1_000, new Uint8Array(1), false)).toBe("PROTOCOL");
    stream.read(1_000, 0, 0);
    expect([stream.isReadFinished, stream.isUpdateDue]).toEqual([true, false]);
  });

  // Requirement: RX-79
  it("tells bytes that all had been delivered from those that brought one, or FIN", () => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(500), false);
    const outcomes = [
      stream.onData(0, new Uint8Array(500), false),
      stream.onData(100, new Uint8Array(399), false),
      stream.onData(100, new Uint8Array(401), false),
      stream.onData(601, new Uint8Array(10), false),
      stream.onData(601, new Uint8Array(10), false),
      stream.onData(501, new Uint8Array(110), true),
      stream.onData(501, new Uint8Array(110), true),
    ];
    expect(outcomes).toEqual(["repeated", "repeated", "taken", "taken", "taken", "taken", "repeated"]);
    expect([stream.delivered, stream.isComplete]).toEqual([611, true]);
  });

  // Requirements: F-10, RX-76
  it("refuses a final size below what arrived already, in or out of order", () => {
    const stream = receiver();
    stream.onData(500, new Uint8Array(10), false);
    expect(stream.onData(400, new Uint8Array(109), true)).toBe("PROTOCOL");
    expect(stream.onData(400, new Uint8Array(110), true)).toBe("taken");
  });

  it("leaves what doesn't fit among the segments", () => {
    const stream = receiver();
    for (let index = 1; index <= 4; index += 1) stream.onData(10 * index, new Uint8Array(1), false);
    expect(stream.onData(50, new Uint8Array(1), true)).toBe("full");
    expect(stream.finalSize).toBeUndefined();
    expect([stream.outOfOrderBytes, stream.outOfOrderSegments]).toEqual([4, 4]);
  });

  // Requirement: F-5
  it("doubles its window once per round trip while the reader takes half of it, up to the limit and the budget", () => {
    const budget = new EndpointBudget(7_500, 0);
    const stream = receiver(budget);
    const sizes: number[] = [];
    let offset = 0;
    for (let nowMs = 10; nowMs <= 100; nowMs += 10) {
      stream.window.advertise(stream.delivered);
      stream.onData(offset, new Uint8Array(900), false);
      offset += 900;
      stream.read(900, 20, nowMs);
      sizes.push(stream.window.windowBytes);
    }
    // At 4,000 the half of the budget that tuning may use, 3,750, says no.
    expect(sizes.slice(0, 5)).toEqual([1_000, 2_000, 2_000, 2_000, 2_000]);
    expect(budget.receiveReservedBytes).toBe(2_000);
  });

  it("gives back all that its window grew by", () => {
    const budget = new EndpointBudget();
    const stream = receiver(budget);
    for (let round = 0; round < 5; round += 1) {
      const window = stream.window.advertise(stream.delivered);
      expect(stream.onData(stream.delivered, new Uint8Array(window), false)).toBe("taken");
      stream.read(window, 20, 20 * (round + 1));
    }
    expect(stream.window.windowBytes).toBe(4_000);
    expect(budget.receiveReservedBytes).toBe(4_000);
    stream.onEnd();
    expect(budget.receiveReservedBytes).toBe(0);
  });

  it("measures each round trip anew: what was read in an earlier one doesn't count", () => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(1_000), false);
    stream.read(499, 20, 1_000);
    expect(stream.window.windowBytes).toBe(1_000);
    stream.read(499, 20, 2_000);
    expect(stream.window.windowBytes).toBe(1_000);
  });

  it("tells what waits for the reader, what was read, and that a FIN ahead of a hole ends nothing yet", () => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(10), false);
    stream.onData(20, new Uint8Array(5), true);
    stream.read(4, 20, 1);
    expect([stream.readableBytes, stream.window.read, stream.finalSize]).toEqual([6, 4, 25]);
    expect([stream.isComplete, stream.isReadFinished]).toEqual([false, false]);
    stream.onData(10, new Uint8Array(10), false);
    expect([stream.isComplete, stream.isReadFinished, stream.outOfOrderBytes]).toEqual([true, false, 0]);
  });

  // Requirement: F-5
  it("doesn't widen for a slow reader", () => {
    const stream = receiver();
    stream.onData(0, new Uint8Array(600), false);
    for (let index = 0; index < 6; index += 1) stream.read(100, 20, 20 * (index + 1));
    expect(stream.window.windowBytes).toBe(1_000);
  });

  it("after the end keeps and reserves unread bytes alone, until they are read", () => {
    const budget = new EndpointBudget();
    const stream = receiver(budget);
    stream.onData(0, new Uint8Array(100), false);
    stream.onData(200, new Uint8Array(100), false);
    stream.onEnd();
    expect([budget.receiveReservedBytes, stream.outOfOrderBytes]).toEqual([100, 0]);
    stream.read(60, 0, 0);
    expect(budget.receiveReservedBytes).toBe(40);
    stream.read(60, 0, 0);
    expect(budget.receiveReservedBytes).toBe(0);
    expect(stream.read(60, 0, 0)).toBeUndefined();
  });
});

describe("PersistTimer", () => {
  // Requirement: F-7
  it("waits a probe timeout, then twice as long each time, up to 5 s, until credit comes", () => {
    const persist = new PersistTimer();
    expect(persist.deadlineMs(400)).toBeUndefined();
    persist.update(true, 100);
    persist.update(true, 200);
    const seen: (number | undefined)[] = [];
    for (let count = 0; count < 6; count += 1) {
      seen.push(persist.deadlineMs(400));
      persist.onExpiry(0);
    }
    expect(seen).toEqual([500, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(persist.deadlineMs(6_000)).toBe(6_000);
    persist.onCredit();
    expect(persist.deadlineMs(400)).toBeUndefined();
    persist.update(true, 300);
    expect(persist.deadlineMs(400)).toBe(700);
    persist.update(false, 400);
    expect(persist.deadlineMs(400)).toBeUndefined();
  });
});
