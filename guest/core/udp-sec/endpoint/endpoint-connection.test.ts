import { describe, expect, it } from "vitest";
import type { ConnectionHandle } from "./connection-entry.ts";
import { type Node, typesOf, Wire } from "./wire.fixture.ts";

/** With the real connection behind the endpoint: the seam of the two. */
function established(): { wire: Wire; a: Node; b: Node; atA: ConnectionHandle; atB: ConnectionHandle } {
  const wire = new Wire();
  const a = wire.add("a", { createConnection: undefined });
  const b = wire.add("b", { createConnection: undefined });
  wire.dial(a, b);
  wire.settle();
  const [atA, atB] = [a, b].map(({ events }) => (events[0]?.type === "established" ? events[0].connection : undefined));
  if (atA === undefined || atB === undefined) throw new Error("not established");
  return { wire, a, b, atA, atB };
}

describe("an endpoint with real connections", () => {
  // Requirements: L-1, F-13
  it("moves a stream, finishes it, and holds nothing afterwards", () => {
    const { wire, a, b, atA, atB } = established();
    const sent = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) >> 3);
    const received: number[] = [];
    let written = 0;
    for (let round = 0; round < 5_000 && !atB.isReadFinished; round += 1) {
      if (written < sent.length) written += atA.write(sent.subarray(written, written + 5_000), wire.nowMs);
      else atA.finish(wire.nowMs);
      wire.runUntil(wire.nowMs + 1);
      for (let part = atB.read(10_000, wire.nowMs); part !== undefined; part = atB.read(10_000, wire.nowMs)) {
        received.push(...part);
      }
    }
    expect(Uint8Array.from(received)).toEqual(sent);
    atB.finish(wire.nowMs);
    wire.runUntil(wire.nowMs + 60_000);
    expect([typesOf(a).at(-1), typesOf(b).at(-1)]).toEqual(["closed", "closed"]);
    for (const { endpoint } of [a, b]) {
      expect(endpoint.stats()).toMatchObject({ connections: 0, receiveReservedBytes: 0, sendHeldBytes: 0 });
      expect(endpoint.nextDeadlineMs()).toBeUndefined();
    }
    expect(Math.max(...wire.sent.map(({ datagram }) => datagram.length))).toBe(1200);
  });

  // Requirement: L-8
  it("stays alive by PING and ends when the peer is gone", () => {
    const { wire, a, b } = established();
    wire.runUntil(wire.nowMs + 60_000);
    expect([typesOf(a), typesOf(b)]).toEqual([["established"], ["established"]]);
    wire.delivers = () => false;
    wire.runUntil(wire.nowMs + 60_000);
    expect(a.events.at(-1)).toMatchObject({ type: "closed", end: { name: "IDLE" } });
    expect(b.events.at(-1)).toMatchObject({ type: "closed", end: { name: "IDLE" } });
    expect(b.endpoint.stats()).toMatchObject({ connections: 0, receiveReservedBytes: 0 });
  });

  it.each([
    ["AUTH", { accept: { authorise: () => false } }],
    ["BUSY", { limits: { receiveBudgetBytes: 0 } }],
  ] as const)("opens the responder's %s", (name, options) => {
    const wire = new Wire();
    const a = wire.add("a", { createConnection: undefined });
    const b = wire.add("b", { createConnection: undefined, ...options });
    wire.dial(a, b);
    wire.runUntil(wire.nowMs + 1_000);
    expect(a.events).toMatchObject([{ type: "dial-failed", end: { name, by: "peer" } }]);
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, receiveReservedBytes: 0 });
  });
});
