/** Somebody who sees session ids and holds no key: what a datagram of theirs must not bring about. */
import { describe, expect, it } from "vitest";
import { PacketType } from "../packet/header.ts";
import { type Node, typesOf, Wire } from "./wire.fixture.ts";

/** @returns a packet of that session whose seal is wrong */
function forged(wire: Wire, like: Uint8Array | undefined): Uint8Array {
  const packet = wire.sentOf("PING")[0]?.datagram.slice() ?? new Uint8Array(0);
  packet.set(like?.subarray(4, 12) ?? [], 4);
  return packet.fill(0x5a, 26);
}

function established(): { wire: Wire; a: Node; b: Node } {
  const wire = new Wire();
  const [a, b] = [wire.add("a"), wire.add("b")];
  wire.dial(a, b);
  wire.settle();
  return { wire, a, b };
}

describe("a packet that does not open", () => {
  it("confirms no accepted connection: the one before it lives on", () => {
    const { wire, a, b } = established();
    wire.delivers = ({ from, datagram }) => from !== b || datagram[1] !== PacketType.PING;
    wire.dial(a, b);
    wire.settle();
    expect(b.connections).toHaveLength(2);
    wire.deliver(forged(wire, wire.sentOf("MSG3")[1]?.datagram), a.address, b.address);
    wire.settle();
    expect(b.connections.map(({ end }) => end)).toEqual([undefined, undefined]);
    expect(b.endpoint.stats().drops).toEqual({ "failed-open": 1 });
  });

  it("establishes no dial, and makes it send nothing but MSG3", () => {
    const { wire, a, b } = established();
    wire.delivers = ({ from, datagram }) => from !== b || datagram[1] !== PacketType.PING;
    const dial = wire.dial(a, b);
    wire.settle();
    const before = wire.sent.length;
    wire.deliver(forged(wire, wire.sentOf("MSG3")[1]?.datagram), b.address, a.address);
    wire.settle();
    expect([dial.state.name, typesOf(a)]).toEqual(["confirming", ["established"]]);
    expect([wire.sent.length, a.connections[1]?.polls]).toEqual([before, 0]);
  });
});

describe("a datagram that is right but for the host that it came from", () => {
  it.each(["MSG2", "MSG3", "PING"] as const)("%s is dropped", (type) => {
    const wire = new Wire();
    const [a, b] = [wire.add("a"), wire.add("b")];
    wire.delivers = ({ datagram }) => datagram[1] !== PacketType[type];
    const dial = wire.dial(a, b);
    wire.settle();
    const state = dial.state.name;
    const sent = wire.sentOf(type)[0];
    if (sent === undefined) throw new Error(`no ${type}`);
    const target = sent.from === a ? b : a;
    wire.deliver(sent.datagram, { ...sent.from.address, host: "10.0.0.77" }, target.address);
    expect([target.endpoint.stats().drops, dial.state.name]).toEqual([{ "wrong-address": 1 }, state]);
  });
});

describe("a MSG3 that nobody waits for", () => {
  it("at the side that dialled", () => {
    const { wire, a, b } = established();
    wire.deliver(wire.sentOf("MSG3")[0]?.datagram ?? new Uint8Array(0), b.address, a.address);
    expect(a.endpoint.stats().drops).toEqual({ "unexpected-handshake": 1 });
  });

  it("at a connection that has ended and lingers", () => {
    const { wire, a, b } = established();
    const accepted = b.events[0];
    if (accepted?.type !== "established") throw new Error("not accepted");
    accepted.connection.close(0, "", wire.nowMs);
    wire.nowMs += 1_000;
    wire.deliver(wire.sentOf("MSG3")[0]?.datagram ?? new Uint8Array(0), a.address, b.address);
    expect(b.endpoint.stats().drops).toEqual({ "unexpected-handshake": 1 });
  });
});
