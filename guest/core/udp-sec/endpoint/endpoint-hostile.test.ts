import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeviceIdentity } from "../../identity/device-identity.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "../handshake/transport-parameters.ts";
import { type Node, seededRandom, testCrypto, typesOf, Wire } from "./wire.fixture.ts";

/** Holds its static key but another's proof. */
class Impostor extends DeviceIdentity {
  constructor(name: string) {
    super(testCrypto, seededRandom(name)(32));
  }

  override proof(side: "server" | "client"): Uint8Array {
    return new DeviceIdentity(testCrypto, seededRandom("somebody else")(32)).proof(side);
  }
}

describe("a peer that authenticates but lies", () => {
  // Requirements: H-46, H-57, RX-46
  it("initiator with another device's proof: sealed CLOSE AUTH, no connection", () => {
    const wire = new Wire();
    const a = wire.add("a", { identity: new Impostor("a") });
    const b = wire.add("b");
    wire.dial(a, b);
    wire.settle();
    expect(a.events).toMatchObject([{ type: "dial-failed", end: { name: "AUTH", by: "peer", reason: "" } }]);
    expect(b.events).toEqual([]);
  });

  // Requirements: I-10, H-45, RX-33
  it("responder with another device's proof: AUTH at once, nothing sent", () => {
    const wire = new Wire();
    const a = wire.add("a");
    const b = wire.add("b", { identity: new Impostor("b") });
    wire.dial(a, b);
    wire.settle();
    expect(a.events).toMatchObject([{ type: "dial-failed", end: { name: "AUTH", by: "local", reason: "bad proof" } }]);
    expect(wire.sentOf("MSG3")).toEqual([]);
  });

  // Requirements: H-13, H-44, RX-44
  it("MSG3 whose parameters differ from MSG1's is dropped, and its handshake is over", () => {
    const wire = new Wire();
    const parameters = { ...DEFAULT_TRANSPORT_PARAMETERS };
    const a = wire.add("a", { parameters });
    const b = wire.add("b");
    wire.dial(a, b);
    wire.step();
    parameters.ackDelayMs += 1;
    wire.settle();
    expect(b.endpoint.stats()).toMatchObject({ drops: { "bad-parameters": 1 }, halfOpen: 0, connections: 0 });
    wire.nowMs += 250;
    wire.settle();
    expect(b.endpoint.stats().drops).toEqual({ "bad-parameters": 1, "unknown-session": 1 });
  });

  // Requirements: H-43, RX-32
  it("MSG2 with parameters out of range is dropped and leaves the attempt as it was", () => {
    const wire = new Wire();
    const parameters = { ...DEFAULT_TRANSPORT_PARAMETERS };
    const a = wire.add("a");
    const b = wire.add("b", { parameters });
    parameters.windowBytes = 1;
    const attempt = wire.dial(a, b);
    wire.settle();
    expect(a.endpoint.stats().drops).toEqual({ "bad-parameters": 1 });
    expect(attempt).toMatchObject({ state: { name: "awaiting-msg2" }, isAuthenticated: false });
    // The endpoint itself is none the worse for it.
    parameters.windowBytes = 16_384;
    const again = wire.dial(a, b);
    wire.settle();
    expect(again.state.name).toBe("established");
  });

  // Requirements: H-43, RX-20
  it("MSG1 with parameters out of range is dropped", () => {
    const wire = new Wire();
    const parameters = { ...DEFAULT_TRANSPORT_PARAMETERS };
    const a = wire.add("a", { parameters });
    const b = wire.add("b");
    parameters.idleTimeoutMs = 120_001;
    wire.dial(a, b);
    wire.settle();
    expect(b.endpoint.stats()).toMatchObject({ drops: { "bad-parameters": 1 }, halfOpen: 0 });
  });
});

/** Every datagram of a handshake and of the packets after it, each with where it went. */
function recorded() {
  const wire = new Wire();
  const a = wire.add("a");
  const b = wire.add("b");
  wire.dial(a, b);
  wire.settle();
  return { wire, a, b, datagrams: wire.sent.map(({ from, to, datagram }) => ({ from: from.address, to, datagram })) };
}

describe("what is not authenticated", () => {
  const snapshot = (node: Node) => ({
    ...node.endpoint.stats(),
    datagramsReceived: 0,
    drops: 0,
    bucketAddresses: 0,
    deadline: node.endpoint.nextDeadlineMs(),
  });

  // Requirements: H-8, P-20
  it("changes no state, is not answered, throws nothing: mutations of all datagrams against live endpoints", () => {
    const { wire, a, b, datagrams } = recorded();
    fc.assert(
      fc.property(
        fc.nat(datagrams.length - 1),
        fc.nat(1199),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom("flip", "cut", "grow", "splice", "noise"),
        (pick, position, mask, kind) => {
          const { datagram, from, to } = datagrams[pick] ?? datagrams[0] ?? fail();
          const mutated = mutate(
            datagram,
            datagrams[mask % datagrams.length]?.datagram ?? datagram,
            position,
            mask,
            kind,
          );
          // The cookie field isn't authenticated: a change there is a repeat of MSG1 from another point of view.
          fc.pre(!(mutated.length === 1200 && mutated[1] === 1 && position >= 1184));
          fc.pre(!datagrams.some((known) => Buffer.compare(known.datagram, mutated) === 0));
          const before = [snapshot(a), snapshot(b)];
          for (const address of [from, to]) wire.deliver(mutated, address, to);
          for (const address of [from, to]) wire.deliver(mutated, address, from);
          expect([a.endpoint.poll(wire.nowMs), b.endpoint.poll(wire.nowMs)]).toEqual([undefined, undefined]);
          expect([snapshot(a), snapshot(b)]).toEqual(before);
          expect([typesOf(a), typesOf(b)]).toEqual([["established"], ["established"]]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  // Requirements: H-42, RX-19, RX-31, RX-43
  it("a corrupted message in the middle of a handshake is dropped, and the true one still works", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.nat(10_000), fc.nat(7), (message, position, bit) => {
        const wire = new Wire();
        const a = wire.add("a");
        const b = wire.add("b");
        const attempt = wire.dial(a, b);
        wire.delivers = ({ datagram, from, to }) => {
          if (datagram[1] !== message) return true;
          // Beyond MSG1's cookie field, that is.
          const at = position % (message === 1 ? 1184 : datagram.length);
          wire.deliver(datagram.with(at, (datagram[at] ?? 0) ^ (1 << bit)), from.address, to);
          return true;
        };
        wire.settle();
        expect(attempt.state.name).toBe("established");
        expect(a.endpoint.stats().receiveReservedBytes).toBe(256 * 1024);
        const drops = [a, b].map(({ endpoint }) => Object.values(endpoint.stats().drops).reduce((x, y) => x + y, 0));
        expect(Math.max(...drops)).toBe(1);
      }),
      { numRuns: 200 },
    );
  });

  // Requirements: H-16, H-17, H-41, RX-37, RX-51, RX-52
  it("packets of a half-open session and from wrong addresses are dropped before any key is tried", () => {
    const { wire, a, b, datagrams } = recorded();
    const ping = datagrams[3]?.datagram ?? fail();
    wire.deliver(ping, { ...b.address, port: 1 }, a.address);
    wire.deliver(datagrams[2]?.datagram ?? fail(), { ...a.address, port: 1 }, b.address);
    expect(a.endpoint.stats().drops).toEqual({ "wrong-address": 1 });
    expect(b.endpoint.stats().drops).toEqual({ "wrong-address": 1 });

    const other = new Wire();
    const [c, d] = [other.add("c"), other.add("d")];
    other.delivers = ({ datagram }) => datagram[1] === 1;
    other.dial(c, d);
    other.settle();
    const msg2 = other.sentOf("MSG2")[0]?.datagram ?? fail();
    const early = ping.slice();
    early.set(msg2.subarray(4, 12), 4);
    other.deliver(early, c.address, d.address);
    other.deliver(early.with(1, 3).fill(0, 12, 24), { ...c.address, port: 1 }, d.address);
    other.deliver(early.with(1, 3).fill(0, 12, 24), c.address, d.address);
    expect(d.endpoint.stats().drops).toEqual({ "half-open-session": 1, "wrong-address": 1, "bad-size": 1 });
  });
});

function mutate(datagram: Uint8Array, other: Uint8Array, position: number, mask: number, kind: string): Uint8Array {
  const at = position % datagram.length;
  switch (kind) {
    case "flip":
      return datagram.with(at, (datagram[at] ?? 0) ^ mask);
    case "cut":
      return datagram.slice(0, at);
    case "grow":
      return Uint8Array.from([...datagram, ...datagram.subarray(0, mask)]);
    case "splice":
      return Uint8Array.from([...datagram.subarray(0, at), ...other.subarray(at)]);
    default:
      return Uint8Array.from({ length: at }, (_, index) => (index * mask) & 0xff);
  }
}

function fail(): never {
  throw new Error("the recording is shorter than the test thinks");
}
