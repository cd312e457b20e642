/** Places for connections: who takes one, and that every one comes back. */
import { describe, expect, it } from "vitest";
import { type Node, Wire } from "./wire.fixture.ts";

const FULL: unknown = expect.objectContaining({ code: "ENDPOINT_FULL" });

function world(connections: number): { wire: Wire; a: Node; b: Node } {
  const wire = new Wire();
  return { wire, a: wire.add("a", { limits: { connections } }), b: wire.add("b") };
}

describe("the places of an endpoint", () => {
  it("are taken by what it dialled and by what it accepted, together", () => {
    const { wire, a, b } = world(2);
    wire.dial(b, a);
    wire.dial(a, b);
    wire.settle();
    expect(a.endpoint.stats().connections).toBe(2);
    expect(() => wire.dial(a, b)).toThrow(FULL);
  });

  it.each<[string, (wire: Wire, a: Node, b: Node) => void]>([
    ["a dial that was given up", (wire, a, b) => a.endpoint.abandon(wire.dial(a, b), wire.nowMs)],
    [
      "a dial that failed at its deadline",
      (wire, a, b) => {
        wire.delivers = () => false;
        wire.dial(a, b);
        wire.runUntil(wire.nowMs + 10_000);
        wire.delivers = () => true;
      },
    ],
    [
      "a dialled connection that ended",
      (wire, a, b) => {
        wire.dial(a, b);
        wire.settle();
        a.endpoint.replace(b.identity.deviceId, true, wire.nowMs);
      },
    ],
    [
      "an accepted connection that ended",
      (wire, a, b) => {
        wire.dial(b, a);
        wire.settle();
        a.endpoint.replace(b.identity.deviceId, false, wire.nowMs);
      },
    ],
  ])("come back from %s", (_what, use) => {
    const { wire, a, b } = world(1);
    for (let round = 0; round < 3; round += 1) use(wire, a, b);
    expect(wire.dial(a, b).state.name).toBe("awaiting-msg2");
    expect(() => wire.dial(a, b)).toThrow(FULL);
  });
});
