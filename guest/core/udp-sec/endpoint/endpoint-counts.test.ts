/** What an endpoint says of itself. */
import { describe, expect, it } from "vitest";
import { Wire } from "./wire.fixture.ts";

const W = 256 * 1024;
const NOTHING = {
  datagramsReceived: 0,
  datagramsSent: 0,
  drops: {},
  connections: 0,
  dialAttempts: 0,
  halfOpen: 0,
  queuedAnswers: 0,
  answersDropped: 0,
  bucketAddresses: 0,
  receiveReservedBytes: 0,
  sendHeldBytes: 0,
};

describe("the statistics of an endpoint", () => {
  it("begin with nothing, whether it listens or not", () => {
    const wire = new Wire();
    for (const node of [wire.add("listens"), wire.add("dials", { accept: undefined })]) {
      expect(node.endpoint.stats()).toEqual(NOTHING);
      expect(node.endpoint.nextDeadlineMs()).toBeUndefined();
    }
  });

  it("count every datagram in and out, dropped ones too, and the sources that a rate is kept of", () => {
    const wire = new Wire();
    const [a, b] = [wire.add("a"), wire.add("b")];
    wire.dial(a, b);
    expect(a.endpoint.stats()).toEqual({ ...NOTHING, dialAttempts: 1 });
    wire.step();
    expect(a.endpoint.stats()).toEqual({ ...NOTHING, dialAttempts: 1, datagramsSent: 1 });
    expect(b.endpoint.stats()).toEqual({
      ...NOTHING,
      ...{ datagramsReceived: 1, halfOpen: 1, queuedAnswers: 1, bucketAddresses: 1 },
    });
    wire.settle();
    expect(a.endpoint.stats()).toEqual({
      ...NOTHING,
      ...{ datagramsReceived: 2, datagramsSent: 2, connections: 1, receiveReservedBytes: W },
    });
    wire.deliver(new Uint8Array(3), a.address, b.address);
    expect(b.endpoint.stats()).toEqual({
      ...NOTHING,
      ...{ datagramsReceived: 3, datagramsSent: 2, drops: { "too-short": 1 } },
      ...{ connections: 1, bucketAddresses: 1, receiveReservedBytes: W },
    });
  });

  it("count a connection that a dial waits to be confirmed, and forget both with the dial", () => {
    const wire = new Wire();
    const [a, b] = [wire.add("a"), wire.add("b")];
    wire.delivers = ({ datagram }) => datagram[1] !== 0x03;
    const dial = wire.dial(a, b);
    wire.settle();
    expect(a.endpoint.stats()).toMatchObject({ connections: 1, dialAttempts: 1, receiveReservedBytes: W });
    a.endpoint.abandon(dial, wire.nowMs);
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
    // The slot that it had is free, and its number forgotten: packets for it are nobody's.
    wire.delivers = () => true;
    wire.deliver(wire.sentOf("MSG2")[0]?.datagram ?? new Uint8Array(0), b.address, a.address);
    expect(a.endpoint.stats().drops).toEqual({ "unexpected-handshake": 1 });
  });
});
