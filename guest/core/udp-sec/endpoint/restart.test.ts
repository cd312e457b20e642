/** A peer's process dies without a word, and its next life dials again: same identity, same or another address. */
import { describe, expect, it } from "vitest";
import type { ConnectionHandle } from "./connection-entry.ts";
import { type Node, type Sent, typesOf, Wire } from "./wire.fixture.ts";

const W = 256 * 1024;

function lastEstablished(node: Node): ConnectionHandle {
  const event = node.events.findLast(({ type }) => type === "established");
  if (event?.type !== "established") throw new Error(`${node.name} has no connection`);
  return event.connection;
}

function readAll(connection: ConnectionHandle, nowMs: number): Uint8Array {
  return connection.read(W, nowMs) ?? new Uint8Array(0);
}

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed) >> 3);
}

/** `a` dies with bytes delivered but unread at `b`, others on their way, and `b` sending to it. */
function restarted(address: { readonly host: string; readonly port: number }) {
  const wire = new Wire();
  const first = wire.add("a", { createConnection: undefined });
  const b = wire.add("b", { createConnection: undefined });
  wire.dial(first, b);
  wire.settle();
  const [oldAtA, oldAtB] = [lastEstablished(first), lastEstablished(b)];
  oldAtA.write(bytesOf(3_000, 1), wire.nowMs);
  wire.runUntil(wire.nowMs + 100);
  // These left, and b hasn't seen them yet.
  wire.delivers = () => false;
  oldAtA.write(bytesOf(5_000, 2), wire.nowMs);
  oldAtB.write(bytesOf(2_000, 3), wire.nowMs);
  wire.settle();
  const oldPackets = wire.sent.filter(({ from }) => from === first);
  wire.nodes.splice(wire.nodes.indexOf(first), 1);
  wire.delivers = () => true;
  const again = wire.add("a again", { createConnection: undefined, identity: first.identity, address });
  return { wire, first, again, b, oldAtB, oldPackets };
}

function deliverAgain(wire: Wire, packets: readonly Sent[]): void {
  for (const { datagram, from, to } of packets) wire.deliver(datagram, from.address, to);
}

describe.each([
  ["the same address", { host: "10.0.0.1", port: 4_000 }],
  ["another port", { host: "10.0.0.1", port: 4_001 }],
  ["another host", { host: "10.0.0.9", port: 4_000 }],
])("a restart that dials from %s", (_where, address) => {
  it("ends the old connection with the first packet that opens on the new one, not before", () => {
    const { wire, again, b, oldAtB } = restarted(address);
    // All but what follows MSG3: the handshake is done, nothing of the new connection has been opened.
    wire.delivers = ({ from, datagram }) => from !== again || (datagram[1] ?? 0) < 0x10;
    wire.dial(again, b);
    wire.runUntil(wire.nowMs + 400);
    expect([typesOf(b).filter((type) => type === "established").length, oldAtB.end]).toEqual([2, undefined]);
    expect(b.endpoint.stats()).toMatchObject({ connections: 2, receiveReservedBytes: 2 * W });
    wire.delivers = () => true;
    lastEstablished(again).write(Uint8Array.of(1), wire.nowMs);
    wire.settle();
    expect(oldAtB.end).toEqual({ name: "REPLACED", code: undefined, reason: "", by: "local" });
    expect(b.events.filter(({ type }) => type === "closed")).toMatchObject([{ connection: oldAtB }]);
    expect(lastEstablished(b).end).toBeUndefined();
    // The old one holds what nobody has read yet, and no timer.
    expect(b.endpoint.stats()).toMatchObject({ connections: 1, receiveReservedBytes: W + 3_000, sendHeldBytes: 0 });
    expect(readAll(oldAtB, wire.nowMs)).toEqual(bytesOf(3_000, 1));
    expect(b.endpoint.stats().receiveReservedBytes).toBe(W);
  });

  it("loses nothing of the new connection, in either direction", () => {
    const { wire, again, b } = restarted(address);
    wire.dial(again, b);
    wire.settle();
    const [newAtA, newAtB] = [lastEstablished(again), lastEstablished(b)];
    newAtB.write(bytesOf(20_000, 5), wire.nowMs);
    newAtA.write(bytesOf(30_000, 4), wire.nowMs);
    newAtA.finish(wire.nowMs);
    newAtB.finish(wire.nowMs);
    wire.runUntil(wire.nowMs + 500);
    expect(readAll(newAtB, wire.nowMs)).toEqual(bytesOf(30_000, 4));
    expect(readAll(newAtA, wire.nowMs)).toEqual(bytesOf(20_000, 5));
    expect([newAtA.isReadFinished, newAtB.isReadFinished]).toEqual([true, true]);
    expect([newAtA.end?.name, newAtB.end?.name]).toEqual(["NO_ERROR", "NO_ERROR"]);
  });

  // Requirements: P-19, RX-39
  it("is untouched by what the old life sent: dropped, not answered, whether it had arrived before or not", () => {
    const { wire, again, b, oldPackets } = restarted(address);
    wire.dial(again, b);
    wire.settle();
    wire.runUntil(wire.nowMs + 100);
    const newAtB = lastEstablished(b);
    const [before, sentBefore, eventsBefore] = [newAtB.stats(), wire.sent.length, b.events.length];
    const dropsBefore = b.endpoint.stats().drops["unknown-session"] ?? 0;
    // But for MSG1: it opens a handshake anew, which only the old life could finish.
    const packets = oldPackets.filter(({ datagram }) => datagram[1] !== 0x01);
    expect(packets.length).toBeGreaterThan(5);
    deliverAgain(wire, packets);
    wire.settle();
    expect(b.endpoint.stats().drops["unknown-session"]).toBe(dropsBefore + packets.length);
    expect([newAtB.stats(), wire.sent.length, b.events.length]).toEqual([before, sentBefore, eventsBefore]);
  });

  it("hears what b still sends to the old life without a word", () => {
    const { wire, again, b, oldAtB } = restarted(address);
    wire.runUntil(wire.nowMs + 2_000);
    expect(wire.sentOf("DATA", b).length).toBeGreaterThan(4);
    expect(wire.sent.filter(({ from }) => from === again)).toEqual([]);
    wire.dial(again, b);
    wire.settle();
    expect([oldAtB.end?.name, lastEstablished(again).end]).toEqual(["REPLACED", undefined]);
  });
});

describe("a restart whose old life's MSG1 and MSG3 come once more", () => {
  it("keeps its connection: the replayed handshake can't be finished", () => {
    const { wire, again, b, oldPackets } = restarted({ host: "10.0.0.1", port: 4_000 });
    wire.dial(again, b);
    wire.settle();
    const newAtB = lastEstablished(b);
    deliverAgain(wire, oldPackets);
    wire.runUntil(wire.nowMs + 30_000);
    expect([newAtB.end, lastEstablished(again).end, b.endpoint.stats().halfOpen]).toEqual([undefined, undefined, 0]);
    expect(typesOf(b).filter((type) => type === "established")).toHaveLength(2);
  });
});
