import { describe, expect, test } from "vitest";
import { EndpointBudget } from "../endpoint-budget.ts";
import { ConnectionPair, pattern } from "./connection-pair.fixture.ts";

const W = 1_000;
const limits = { windowBytes: W, sendBufferBytes: 500 };

describe("the budget that connections share", () => {
  // Requirement: T-11
  test.each([
    [2 * W - 1, "BUSY"],
    [2 * W, undefined],
    [2 * W + 1, undefined],
  ])("of %d bytes for two windows ends the responder with %s", (receiveBytes, name) => {
    const budget = new EndpointBudget(receiveBytes, 10_000);
    const pair = new ConnectionPair({ limits, options: { budget } }).settle();
    // The initiator reserves first: it knows the responder with message 2.
    expect(pair.b.end?.name).toBe(name);
    expect(pair.a.end?.name).toBe(name);
    expect(pair.b.isEstablished).toBe(name === undefined);
    expect(budget.receiveReservedBytes).toBe(name === undefined ? 2 * W : 0);
  });

  // Requirement: T-12
  test("an initiator without memory leaves before it says who it is", () => {
    const budget = new EndpointBudget(W - 1, 10_000);
    const pair = new ConnectionPair({ limits, options: { budget } }).settle();
    expect(pair.a.end).toEqual({ name: "BUSY", code: undefined, reason: "no memory left for its window", by: "local" });
    expect([pair.a.isDead, pair.b.peer]).toEqual([true, undefined]);
  });

  test("send bytes are taken by write, and come back as they leave, or with the end", () => {
    const budget = new EndpointBudget(10_000, 700);
    const pair = new ConnectionPair({ limits, options: { budget } }).settle();
    expect(pair.a.write(pattern(900), 0)).toBe(500);
    expect([pair.b.writableBytes, pair.b.write(pattern(900), 0)]).toEqual([200, 200]);
    expect([budget.sendHeldBytes, pair.a.writableBytes]).toEqual([700, 0]);
    pair.move(pair.a, pair.b);
    expect([budget.sendHeldBytes, pair.b.writableBytes]).toEqual([200, 300]);
    pair.b.close(0, "", 0);
    expect(budget.sendHeldBytes).toBe(0);
    pair.a.close(0, "", 0);
    expect(budget.sendHeldBytes).toBe(0);
  });

  test("what is unread stays reserved after the end, and nothing else", () => {
    const budget = new EndpointBudget(10_000, 10_000);
    const pair = new ConnectionPair({ limits, options: { budget } }).settle();
    pair.a.write(pattern(300), 0);
    pair.a.finish(0);
    pair.settle();
    pair.b.close(0, "", 0);
    pair.settle();
    expect([pair.b.readableBytes, budget.receiveReservedBytes]).toEqual([300, 300]);
    expect(pair.b.read(100, 0)).toEqual(pattern(300).subarray(0, 100));
    expect(budget.receiveReservedBytes).toBe(200);
    while (pair.b.read(1_000, 0) !== undefined);
    expect(budget.receiveReservedBytes).toBe(0);
  });
});
