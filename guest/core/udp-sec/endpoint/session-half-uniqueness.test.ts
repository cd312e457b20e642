import { describe, expect, it } from "vitest";
import type { RandomBytes } from "../../crypto/primitives.ts";
import { readU32 } from "../../bytes/reader.ts";
import { PacketType } from "../packet/header.ts";
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

/** A wire that loses MSG3: what was answered stays half-open. */
function wireWithoutMsg3(): Wire {
  const wire = new Wire();
  wire.delivers = ({ datagram }) => datagram[1] !== PacketType.MSG3;
  return wire;
}

/** @returns the halves that a responder chose for its answers */
function answeredHalves(wire: Wire, node: Node): number[] {
  return wire.sentOf("MSG2", node).map(({ datagram }) => readU32(datagram, 8));
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

  // Requirement: H-15
  it("is, for an answer, no half of another answer that waits for MSG3", () => {
    const wire = wireWithoutMsg3();
    const b = wire.add("b", { random: drawing("b", [7, 7, 8]) });
    for (const name of ["a", "c"]) {
      wire.dial(wire.add(name), b);
      wire.settle();
    }
    expect(answeredHalves(wire, b)).toEqual([7, 8]);
  });

  it("is, for a dial, no half of an answer that waits for MSG3", () => {
    const wire = wireWithoutMsg3();
    const b = wire.add("b", { random: drawing("b", [5, 5, 6]) });
    wire.dial(wire.add("a"), b);
    wire.settle();
    expect(answeredHalves(wire, b)).toEqual([5]);
    expect(wire.dial(b, wire.add("c")).sessionLow).toBe(6);
  });

  it("is, for an answer, none that makes the id of a connection that this side dialled", () => {
    const wire = new Wire();
    const a = wire.add("a", { random: drawing("a", [1, 2, 3]) });
    wire.dial(a, wire.add("b", { random: drawing("b", [2]) }));
    wire.settle();
    expect(establishedIds(a)).toEqual(["0100000002000000"]);
    wire.dial(wire.add("c", { random: drawing("c", [1]) }), a);
    wire.settle();
    expect(answeredHalves(wire, a)).toEqual([3]);
  });

  it("is never zero", () => {
    const wire = new Wire();
    const a = wire.add("a", { random: drawing("a", [0, 0, 4]) });
    expect(wire.dial(a, wire.add("b")).sessionLow).toBe(4);
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

// Requirement: H-18
it("a MSG2 that would make the id of a handshake that waits for MSG3 here is dropped", () => {
  const wire = wireWithoutMsg3();
  const a = wire.add("a", { random: drawing("a", [9, 4]) });
  wire.dial(wire.add("c", { random: drawing("c", [4]) }), a);
  wire.settle();
  expect(answeredHalves(wire, a)).toEqual([9]);
  const dial = wire.dial(a, wire.add("b", { random: drawing("b", [9]) }));
  wire.settle();
  expect(dial.sessionLow).toBe(4);
  expect(a.endpoint.stats().drops).toEqual({ "session-half-in-use": 1 });
  expect([dial.state.name, dial.isAuthenticated]).toEqual(["awaiting-msg2", false]);
});
