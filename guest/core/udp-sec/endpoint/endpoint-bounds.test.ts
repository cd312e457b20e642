import { describe, expect, it } from "vitest";
import type { EndpointLimits } from "./endpoint-options.ts";
import { type Node, Wire } from "./wire.fixture.ts";

const OPEN_DOOR: Partial<EndpointLimits> = { bucketBurst: 1e9, bucketRatePerSecond: 1e9, queuedAnswers: 1e9 };

/** A world in which MSG1 and MSG2 arrive and MSG3 doesn't. */
function halfOpenWorld(limits: Partial<EndpointLimits>) {
  const wire = new Wire();
  const b = wire.add("b", { limits: { ...OPEN_DOOR, ...limits } });
  wire.delivers = ({ datagram }) => datagram[1] === 1 || datagram[1] === 4;
  return { wire, b };
}

function dialFrom(wire: Wire, host: string, to: Node, count: number): Node {
  const node = wire.add(host, { address: { host, port: 5_000 } });
  for (let index = 0; index < count; index += 1) {
    wire.dial(node, to);
    wire.settle();
  }
  return node;
}

describe("half-open entries", () => {
  // Requirement: H-34
  it.each([15, 16, 17])("16 per address: %d", (count) => {
    const { wire, b } = halfOpenWorld({});
    dialFrom(wire, "10.1.0.1", b, count);
    dialFrom(wire, "10.1.0.2", b, 1);
    expect(b.endpoint.stats().halfOpen).toBe(Math.min(count, 16) + 1);
    // The oldest went: its MSG3 finds nothing. The newest is there.
    const msg2s = wire.sentOf("MSG2");
    wire.delivers = () => true;
    const established = () => b.endpoint.stats().connections;
    wire.deliver(msg2s[0]?.datagram ?? new Uint8Array(0), b.address, { host: "10.1.0.1", port: 5_000 });
    wire.settle();
    expect(established()).toBe(count > 16 ? 0 : 1);
    wire.deliver(msg2s[count - 1]?.datagram ?? new Uint8Array(0), b.address, { host: "10.1.0.1", port: 5_000 });
    wire.settle();
    expect(established()).toBe(count > 16 ? 1 : 2);
  });

  // Requirement: H-34
  it.each([255, 256, 257])("256 in all, the source that holds most loses its oldest: %d", (count) => {
    const { wire, b } = halfOpenWorld({ halfOpenPerAddress: 1_000, unconfirmedPerPeer: 1_000 });
    const crowd = count - 10;
    dialFrom(wire, "10.1.0.1", b, 10);
    dialFrom(wire, "10.1.0.2", b, crowd);
    expect(b.endpoint.stats().halfOpen).toBe(Math.min(count, 256));
    wire.delivers = () => true;
    for (const sent of wire.sentOf("MSG2")) wire.deliver(sent.datagram, b.address, sent.to);
    wire.settle();
    const peers = wire.nodes.slice(1).map((node) => node.connections.filter(({ openedPackets }) => openedPackets > 0));
    expect(peers.map((connections) => connections.length)).toEqual([10, Math.min(crowd, 246)]);
  });

  // Requirement: H-34
  it("without a cookie nobody is evicted from a full table", () => {
    const { wire, b } = halfOpenWorld({ halfOpen: 2, halfOpenBeforeRetry: 1_000 });
    dialFrom(wire, "10.1.0.1", b, 3);
    expect(b.endpoint.stats()).toMatchObject({ halfOpen: 2, drops: { "half-open-full": 1 } });
  });

  // Requirement: H-34
  it("live 12 s", () => {
    const { wire, b } = halfOpenWorld({});
    dialFrom(wire, "10.1.0.1", b, 1);
    const bornMs = wire.nowMs;
    wire.runUntil(bornMs + 11_999);
    expect(b.endpoint.stats().halfOpen).toBe(1);
    wire.runUntil(bornMs + 12_000);
    expect(b.endpoint.stats().halfOpen).toBe(0);
    expect(b.endpoint.nextDeadlineMs()).toBeUndefined();
  });

  // Requirement: B-8
  it("reserve no window", () => {
    const { wire, b } = halfOpenWorld({});
    dialFrom(wire, "10.1.0.1", b, 5);
    expect(b.endpoint.stats()).toMatchObject({ halfOpen: 5, receiveReservedBytes: 0 });
  });
});

describe("connections", () => {
  // Requirement: B-10
  it.each([2, 3, 4])("3 at most: %d", (count) => {
    const wire = new Wire();
    const b = wire.add("b", { limits: { ...OPEN_DOOR, connections: 3 } });
    for (let index = 0; index < count; index += 1) dialFrom(wire, `10.1.0.${index}`, b, 1);
    expect(b.endpoint.stats().connections).toBe(Math.min(count, 3));
    expect(b.endpoint.stats().drops).toEqual(count > 3 ? { "connections-full": 1 } : {});
  });

  // Requirements: H-48, RX-45
  it("are counted again when MSG3 comes", () => {
    const { wire, b } = halfOpenWorld({ connections: 1 });
    dialFrom(wire, "10.1.0.1", b, 1);
    dialFrom(wire, "10.1.0.2", b, 1);
    wire.delivers = () => true;
    for (const sent of wire.sentOf("MSG2")) wire.deliver(sent.datagram, b.address, sent.to);
    wire.settle();
    expect(b.endpoint.stats()).toMatchObject({ connections: 1, halfOpen: 0, drops: { "connections-full": 1 } });
  });

  // Requirements: H-47, B-8, RX-48
  it.each([
    [2 * 256 * 1024 - 1, 1],
    [2 * 256 * 1024, 2],
    [2 * 256 * 1024 + 1, 2],
  ])("reserve their window from a budget of %d bytes: %d fit", (receiveBudgetBytes, fit) => {
    const wire = new Wire();
    const b = wire.add("b", { limits: { receiveBudgetBytes } });
    for (let index = 0; index < 3; index += 1) dialFrom(wire, `10.1.0.${index}`, b, 1);
    expect(b.endpoint.stats()).toMatchObject({ connections: fit, receiveReservedBytes: fit * 256 * 1024 });
    expect(wire.sentOf("CLOSE", b)).toHaveLength(3 - fit);
  });
});

describe("many connections", () => {
  it("are polled only when they have a reason, in turn", () => {
    const wire = new Wire();
    const b = wire.add("b", { limits: { ...OPEN_DOOR, unconfirmedPerPeer: 1_000, receiveBudgetBytes: 2 ** 40 } });
    const a = wire.add("a", { limits: { receiveBudgetBytes: 2 ** 40 } });
    for (let index = 0; index < 200; index += 1) {
      wire.dial(a, b);
      wire.step();
    }
    wire.settle();
    expect(b.endpoint.stats().connections).toBe(200);
    const polls = () => b.connections.reduce((sum, connection) => sum + connection.polls, 0);
    const before = polls();
    const streams = b.events.flatMap((event) => (event.type === "established" ? [event.connection] : []));
    // Two of them write two packets each: each sends one before either sends its second.
    for (const stream of [streams[7], streams[7], streams[9], streams[9]]) stream?.write(Uint8Array.of(1), wire.nowMs);
    const order: (string | undefined)[] = [];
    for (let out = b.endpoint.poll(wire.nowMs); out !== undefined; out = b.endpoint.poll(wire.nowMs)) {
      order.push(
        streams.find(({ sessionIdHex }) => Buffer.from(out.datagram).toString("hex", 4, 12) === sessionIdHex)
          ?.sessionIdHex,
      );
    }
    const [seventh, ninth] = [streams[7]?.sessionIdHex, streams[9]?.sessionIdHex];
    expect(order).toEqual([seventh, ninth, seventh, ninth]);
    expect(polls() - before).toBe(6);
    // A deadline wakes its owner alone.
    const owner = b.connections[100];
    if (owner !== undefined) owner.deadlineMs = wire.nowMs + 5;
    streams[100]?.finish(wire.nowMs);
    while (b.endpoint.poll(wire.nowMs) !== undefined);
    expect(b.endpoint.nextDeadlineMs()).toBe(wire.nowMs + 5);
    const waiting = polls();
    expect(b.endpoint.poll(wire.nowMs + 4)).toBeUndefined();
    expect(polls()).toBe(waiting);
    expect(b.endpoint.poll(wire.nowMs + 5)).toBeDefined();
    expect(polls()).toBe(waiting + 1);
  });
});
