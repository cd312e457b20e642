/** A connection in the hands of the application: what it asks for happens with the next poll, and what it reads is true. */
import { describe, expect, it } from "vitest";
import type { ConnectionHandle } from "./connection-entry.ts";
import { type Node, Wire } from "./wire.fixture.ts";

function established(): { wire: Wire; a: Node; atA: ConnectionHandle; atB: ConnectionHandle } {
  const wire = new Wire();
  const [a, b] = [wire.add("a", { createConnection: undefined }), wire.add("b", { createConnection: undefined })];
  wire.dial(a, b);
  wire.settle();
  const [atA, atB] = [a, b].map(({ events }) => (events[0]?.type === "established" ? events[0].connection : undefined));
  if (atA === undefined || atB === undefined) throw new Error("not established");
  return { wire, a, atA, atB };
}

describe("what the application does with a connection makes its endpoint due at once", () => {
  it.each<[string, (connection: ConnectionHandle, nowMs: number) => unknown, boolean]>([
    ["a write", (connection, nowMs) => connection.write(new Uint8Array(1), nowMs), true],
    ["a write of nothing", (connection, nowMs) => connection.write(new Uint8Array(0), nowMs), false],
    ["the end of writing", (connection, nowMs) => connection.finish(nowMs), true],
    ["the end of all", (connection, nowMs) => connection.close(0, "", nowMs), true],
    ["a read that finds nothing", (connection, nowMs) => connection.read(10, nowMs), false],
  ])("%s", (_what, act, isDue) => {
    const { wire, a, atA } = established();
    wire.runUntil(wire.nowMs + 100);
    wire.settle();
    const before = wire.sent.filter(({ from }) => from === a).length;
    act(atA, wire.nowMs);
    expect((a.endpoint.nextDeadlineMs() ?? Infinity) <= wire.nowMs).toBe(isDue);
    wire.settle();
    expect(wire.sent.filter(({ from }) => from === a).length > before).toBe(isDue);
  });

  it("a read that gives the peer credit again", () => {
    const { wire, a, atA, atB } = established();
    const full = new Uint8Array(256 * 1024);
    expect(atB.write(full, wire.nowMs)).toBe(full.length);
    wire.runUntil(wire.nowMs + 3_000);
    expect(atA.readableBytes).toBe(full.length);
    const acknowledged = wire.sent.filter(({ from }) => from === a).length;
    expect(atA.read(full.length, wire.nowMs)).toHaveLength(full.length);
    expect(a.endpoint.nextDeadlineMs()).toBeLessThanOrEqual(wire.nowMs);
    wire.settle();
    expect(wire.sent.filter(({ from }) => from === a).length).toBe(acknowledged + 1);
  });
});

it("what it says of itself is the connection's", () => {
  const { wire, atA, atB } = established();
  const writable = atA.writableBytes;
  expect(atA.write(new Uint8Array(50_000), wire.nowMs)).toBe(50_000);
  expect([atA.writableBytes, atA.unsentBytes]).toEqual([writable - 50_000, 50_000]);
  wire.settle();
  expect(atA.unsentBytes).toBeLessThan(50_000);
  expect(atA.unsentBytes).toBeGreaterThan(0);
  expect([typeof atA.smoothedRttMs, atA.isEstablished, atA.role]).toEqual(["number", true, "initiator"]);
  expect(atB.lastReceiptMs).toBe(wire.nowMs);
  atA.close(6, "over", wire.nowMs);
  expect([atA.isEstablished, atA.end?.reason, atA.smoothedRttMs]).toEqual([false, "over", undefined]);
});
