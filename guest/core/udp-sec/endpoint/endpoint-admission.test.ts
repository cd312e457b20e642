import { describe, expect, it } from "vitest";
import type { Address } from "../../address.ts";
import { PacketType } from "../packet/header.ts";
import { type Node, Wire } from "./wire.fixture.ts";

/** MSG1s of many dials to `to`, never delivered by the wire itself. */
function msg1sOf(wire: Wire, from: Node, to: Node, count: number): Uint8Array[] {
  const before = wire.sent.length;
  const { delivers } = wire;
  wire.delivers = () => false;
  for (let index = 0; index < count; index += 1) wire.dial(from, to);
  wire.step();
  wire.delivers = delivers;
  return wire.sent.slice(before).map(({ datagram }) => datagram);
}

/** What `node` answers to a datagram from there. */
function ask(wire: Wire, node: Node, datagram: Uint8Array, from: Address): Uint8Array[] {
  node.endpoint.receive(datagram, from, wire.nowMs);
  const answers: Uint8Array[] = [];
  for (let out = node.endpoint.poll(wire.nowMs); out !== undefined; out = node.endpoint.poll(wire.nowMs)) {
    expect(out.to).toEqual(from);
    answers.push(out.datagram);
  }
  return answers;
}

const typesOf = (answers: readonly Uint8Array[]) => answers.map((answer) => answer[1]);
const { MSG2, RETRY } = PacketType;
const UNLIMITED = { bucketRatePerSecond: 1e9, bucketBurst: 1e9 };

function world(limits: object) {
  const wire = new Wire();
  const b = wire.add("b", { limits });
  const a = wire.add("a", { accept: undefined, limits: { connections: 10_000 } });
  return { wire, a, b };
}

describe("MSG1 at the responder", () => {
  // Requirements: H-21, H-22, RX-14, H-20
  it("is answered with the same MSG2 as often as it comes, whatever its cookie field holds", () => {
    const { wire, a, b } = world({ bucketBurst: 1, bucketRatePerSecond: 0 });
    const [msg1 = new Uint8Array(0)] = msg1sOf(wire, a, b, 1);
    const first = ask(wire, b, msg1, a.address);
    expect(typesOf(first)).toEqual([MSG2]);
    const withCookie = msg1.slice();
    withCookie.fill(7, 1184);
    for (const repeat of [msg1, withCookie, msg1]) expect(ask(wire, b, repeat, a.address)).toEqual(first);
    expect(b.endpoint.stats()).toMatchObject({ halfOpen: 1 });
    // From another port it is another attempt, over the rate here.
    expect(typesOf(ask(wire, b, msg1, { ...a.address, port: 1 }))).toEqual([RETRY]);
  });

  // Requirement: H-30
  it.each([4, 5, 6])("burst 5: %d at once", (count) => {
    const { wire, a, b } = world({});
    const answers = msg1sOf(wire, a, b, count).flatMap((msg1) => typesOf(ask(wire, b, msg1, a.address)));
    expect(answers).toEqual([MSG2, MSG2, MSG2, MSG2, MSG2, RETRY].slice(0, count));
  });

  it("earns a token every 50 ms", () => {
    const { wire, a, b } = world({});
    const msg1s = msg1sOf(wire, a, b, 8);
    for (const msg1 of msg1s.slice(0, 5)) ask(wire, b, msg1, a.address);
    const [at49 = new Uint8Array(0), at50 = new Uint8Array(0), again = new Uint8Array(0)] = msg1s.slice(5);
    wire.nowMs += 49;
    expect(typesOf(ask(wire, b, at49, a.address))).toEqual([RETRY]);
    wire.nowMs += 1;
    expect(typesOf(ask(wire, b, at50, a.address))).toEqual([MSG2]);
    expect(typesOf(ask(wire, b, again, a.address))).toEqual([RETRY]);
  });

  // Requirement: H-30
  it("of one IPv6 /64 shares a bucket, of another has its own", () => {
    const { wire, a, b } = world({ bucketBurst: 1 });
    const [first, second, third] = msg1sOf(wire, a, b, 3).map((msg1, index) => {
      const host = ["2001:db8::1", "2001:db8:0:0:ffff::2", "2001:db8:0:1::1"][index] ?? "";
      return typesOf(ask(wire, b, msg1, { host, port: 9 }))[0];
    });
    expect([first, second, third]).toEqual([MSG2, RETRY, MSG2]);
  });

  // Requirements: H-24, RX-17
  it.each([127, 128, 129])("RETRY begins with 128 half-open entries: %d", (count) => {
    const { wire, a, b } = world({ ...UNLIMITED, halfOpenPerAddress: 1_000 });
    const answers = msg1sOf(wire, a, b, count).flatMap((msg1) => typesOf(ask(wire, b, msg1, a.address)));
    expect(answers.filter((type) => type === MSG2)).toHaveLength(Math.min(count, 128));
    expect(answers.filter((type) => type === RETRY)).toHaveLength(Math.max(0, count - 128));
    expect(b.endpoint.stats().halfOpen).toBe(Math.min(count, 128));
  });

  // Requirements: H-28, RX-16
  it("with a cookie for its address is admitted under load, up to a rate of its own", () => {
    const { wire, a, b } = world({ halfOpenBeforeRetry: 0 });
    const withCookie = msg1sOf(wire, a, b, 7).map((msg1) => {
      const [retry = new Uint8Array(0)] = ask(wire, b, msg1, a.address);
      expect([retry[1], retry.length]).toEqual([RETRY, 58]);
      const copy = msg1.slice();
      copy.set(retry.subarray(26, 42), 1184);
      return copy;
    });
    expect(b.endpoint.stats()).toMatchObject({ halfOpen: 0 });
    const [one = new Uint8Array(0), ...others] = withCookie;
    expect(typesOf(ask(wire, b, one, { ...a.address, port: 1 }))).toEqual([RETRY]);
    expect(typesOf(ask(wire, b, one, { ...a.address, host: "10.9.9.9" }))).toEqual([RETRY]);
    expect([one, ...others].flatMap((msg1) => typesOf(ask(wire, b, msg1, a.address)))).toEqual(Array(5).fill(MSG2));
    expect(b.endpoint.stats().drops).toEqual({ "cookie-rate-limited": 2 });
  });

  // Requirement: H-25
  it("keeps cookies good for 120 s at least and 240 s at most", () => {
    for (const [ageMs, answer] of [
      [119_999, MSG2],
      [120_000, MSG2],
      [239_999, MSG2],
      [240_000, RETRY],
    ] as const) {
      const { wire, a, b } = world({ halfOpenBeforeRetry: 0 });
      const [msg1 = new Uint8Array(0)] = msg1sOf(wire, a, b, 1);
      const [retry = new Uint8Array(0)] = ask(wire, b, msg1, a.address);
      msg1.set(retry.subarray(26, 42), 1184);
      wire.nowMs += ageMs;
      expect(typesOf(ask(wire, b, msg1, a.address))).toEqual([answer]);
    }
  });

  // Requirements: H-8, H-19, RX-11, RX-12, RX-13
  it.each([
    ["a byte short", (msg1: Uint8Array) => resized(msg1, 1199), "bad-size"],
    ["one bit in mac1", (msg1: Uint8Array) => flipped(msg1, 1170), "bad-mac1"],
    ["one bit in the Noise message", (msg1: Uint8Array) => flipped(msg1, 500), "bad-mac1"],
    ["one bit in the low half", (msg1: Uint8Array) => flipped(msg1, 5), "bad-mac1"],
    ["a high half", (msg1: Uint8Array) => flipped(msg1, 8), "bad-handshake-header"],
  ])("with %s is dropped", (_what, change, reason) => {
    const { wire, a, b } = world({});
    const [msg1 = new Uint8Array(0)] = msg1sOf(wire, a, b, 1);
    expect(ask(wire, b, change(msg1), a.address)).toEqual([]);
    expect(b.endpoint.stats()).toMatchObject({ halfOpen: 0, drops: { [reason]: 1 } });
  });

  // Requirements: H-32, RX-10, RX-18
  it("is dropped where nobody listens, and where the connections are at their limit", () => {
    const { wire, a, b } = world({ connections: 1 });
    const [msg1 = new Uint8Array(0)] = msg1sOf(wire, b, a, 1);
    expect(ask(wire, a, msg1, b.address)).toEqual([]);
    expect(a.endpoint.stats().drops).toEqual({ "not-listening": 1 });
    // b's own dial is the one.
    const [toFull = new Uint8Array(0)] = msg1sOf(wire, a, b, 1);
    expect(ask(wire, b, toFull, a.address)).toEqual([]);
    expect(b.endpoint.stats().drops).toEqual({ "connections-full": 1 });
  });

  // Requirement: H-33
  it("queues a bounded number of answers", () => {
    const { wire, a, b } = world({ ...UNLIMITED, queuedAnswers: 3 });
    for (const msg1 of msg1sOf(wire, a, b, 5)) b.endpoint.receive(msg1, a.address, wire.nowMs);
    expect(b.endpoint.stats()).toMatchObject({ queuedAnswers: 3, answersDropped: 2 });
    expect(b.endpoint.nextDeadlineMs()).toBe(wire.nowMs);
  });
});

describe("RETRY at the initiator", () => {
  // Requirements: H-27, RX-29
  it("makes the handshake succeed with one more round trip", () => {
    const { wire, a, b } = world({ halfOpenBeforeRetry: 0 });
    const attempt = wire.dial(a, b);
    wire.settle();
    expect(wire.sent.map(({ datagram }) => datagram[1])).toEqual([1, 4, 1, 2, 3, 0x12]);
    expect(attempt.state.name).toBe("established");
    expect(a.connections[0]?.setup.handshakeRttMs).toBeUndefined();
  });

  // Requirements: H-27, RX-27, RX-28, RX-23
  it("is taken once per 250 ms, with the right tag, from the right address, while MSG2 is awaited", () => {
    const { wire, a, b } = world({ halfOpenBeforeRetry: 0 });
    wire.delivers = () => false;
    wire.dial(a, b);
    wire.step();
    const msg1 = wire.sent[0]?.datagram ?? new Uint8Array(0);
    const [retry = new Uint8Array(0)] = ask(wire, b, msg1, a.address);
    a.endpoint.receive(flipped(retry, 50), b.address, wire.nowMs);
    a.endpoint.receive(flipped(retry, 30), b.address, wire.nowMs);
    a.endpoint.receive(resized(retry, 57), b.address, wire.nowMs);
    a.endpoint.receive(flipped(retry, 9), b.address, wire.nowMs);
    a.endpoint.receive(flipped(retry, 4), b.address, wire.nowMs);
    a.endpoint.receive(retry, { ...b.address, port: 1 }, wire.nowMs);
    expect(a.endpoint.poll(wire.nowMs)).toBeUndefined();
    for (const [waitMs, sends] of [
      [0, true],
      [249, false],
      [1, true],
    ] as const) {
      wire.nowMs += waitMs;
      // What the schedule itself sends at this moment.
      while (a.endpoint.poll(wire.nowMs) !== undefined);
      a.endpoint.receive(retry, b.address, wire.nowMs);
      expect(a.endpoint.poll(wire.nowMs) !== undefined).toBe(sends);
    }
    expect(a.endpoint.stats().drops).toEqual({
      "bad-retry-tag": 2,
      "bad-size": 1,
      "bad-handshake-header": 1,
      "unexpected-handshake": 1,
      "wrong-address": 1,
      "retry-throttled": 1,
    });
    wire.delivers = () => true;
    wire.runUntil(wire.nowMs + 1_000);
    a.endpoint.receive(retry, b.address, wire.nowMs);
    expect(a.endpoint.stats().drops["unexpected-handshake"]).toBe(2);
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 1);
}

/** Cut, with a length field that agrees. */
function resized(bytes: Uint8Array, length: number): Uint8Array {
  const copy = bytes.slice(0, length);
  new DataView(copy.buffer).setUint16(24, length - 26, true);
  return copy;
}
