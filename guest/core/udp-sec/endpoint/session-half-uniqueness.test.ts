import { describe, expect, it } from "vitest";
import type { RandomBytes } from "../../crypto/primitives.ts";
import { type Node, seededRandom, Wire } from "./wire.fixture.ts";

/** A generator whose 4-byte draws are these, in order. */
function drawing(name: string, halves: readonly number[]): RandomBytes {
  const random = seededRandom(name);
  let next = 0;
  return (length) => {
    if (length !== 4) return random(length);
    const half = halves[next] ?? 0;
    next += 1;
    return Uint8Array.of(half, 0, 0, 0);
  };
}

function establishedIds(node: Node): string[] {
  return node.events.flatMap((event) => (event.type === "established" ? [event.connection.sessionIdHex] : []));
}

describe("the half of a session id that this side chooses", () => {
  // Requirement: H-15
  it("is no half of a live accepted connection", () => {
    const wire = new Wire();
    const b = wire.add("b", { random: drawing("b", [7, 7, 8]) });
    for (const name of ["a", "c"]) {
      wire.dial(wire.add(name), b);
      wire.settle();
    }
    const halves = establishedIds(b).map((id) => id.slice(8));
    expect(halves).toEqual(["07000000", "08000000"]);
    expect(b.endpoint.stats().connections).toBe(2);
  });

  // Requirement: H-15
  it("is no half of a live dialled connection", () => {
    const wire = new Wire();
    const a = wire.add("a", { random: drawing("a", [5, 5, 6]) });
    for (const name of ["b", "c"]) {
      wire.dial(a, wire.add(name));
      wire.settle();
    }
    expect(establishedIds(a).map((id) => id.slice(0, 8))).toEqual(["05000000", "06000000"]);
  });

  it("is, for an answer, no half of a connection that this side dialled", () => {
    const wire = new Wire();
    const b = wire.add("b", { random: drawing("b", [5, 5, 6]) });
    wire.dial(b, wire.add("c"));
    wire.settle();
    wire.dial(wire.add("a"), b);
    wire.settle();
    expect(establishedIds(b).map((id, index) => id.slice(8 * index, 8 * index + 8))).toEqual(["05000000", "06000000"]);
  });

  it("is, for a dial, no half of a connection that this side accepted", () => {
    const wire = new Wire();
    const b = wire.add("b", { random: drawing("b", [5, 5, 6]) });
    wire.dial(wire.add("a"), b);
    wire.settle();
    wire.dial(b, wire.add("c"));
    wire.settle();
    expect(establishedIds(b).map((id, index) => id.slice(8 - 8 * index, 16 - 8 * index))).toEqual([
      "05000000",
      "06000000",
    ]);
  });
});
