import { describe, expect, it } from "vitest";
import { FALLBACK_DEADLINE_MS } from "../handshake/constants.ts";
import type { RandomBytes } from "../../crypto/primitives.ts";
import { seededRandom, type Sent, typesOf, Wire } from "./wire.fixture.ts";

const START = 1_000;

function timesOf(sent: readonly Sent[]): number[] {
  return sent.map(({ atMs }) => atMs - START);
}

function pair(options: Parameters<Wire["add"]>[1] = {}) {
  const wire = new Wire();
  return { wire, a: wire.add("a"), b: wire.add("b", options) };
}

describe("a dial", () => {
  // Requirement: H-35
  it("repeats MSG1 after 250, 250, 500, 500 ms, then every second, and fails after 10 s", () => {
    const { wire, a, b } = pair();
    wire.delivers = () => false;
    const dial = wire.dial(a, b);
    wire.runUntil(START + 9_999);
    expect(timesOf(wire.sent)).toEqual([0, 250, 500, 1000, 1500, 2500, 3500, 4500, 5500, 6500, 7500, 8500, 9500]);
    expect(new Set(wire.sent.map(({ datagram }) => Buffer.from(datagram).toString("hex"))).size).toBe(1);
    expect(dial.state.name).toBe("awaiting-msg2");
    wire.runUntil(START + 10_000);
    expect(dial.state).toMatchObject({ name: "failed", end: { name: "HANDSHAKE_TIMEOUT", by: "local" } });
    expect(dial.isAuthenticated).toBe(false);
    expect(a.events).toMatchObject([{ type: "dial-failed", dial, end: { name: "HANDSHAKE_TIMEOUT" } }]);
    expect(wire.sent).toHaveLength(13);
    expect(a.endpoint.nextDeadlineMs()).toBeUndefined();
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
  });

  // Requirements: H-35, H-36, H-37
  it("fails after 3 s where a fallback exists, but not once MSG2 verified: then 10 s from the first MSG1 count", () => {
    const { wire, a, b } = pair();
    wire.delivers = ({ from }) => from === a || wire.nowMs >= START + 2_500;
    const silent = wire.add("silent", { accept: undefined });
    wire.dial(a, silent, FALLBACK_DEADLINE_MS);
    const dial = wire.dial(a, b, FALLBACK_DEADLINE_MS);
    // MSG2 arrives, what comes after it doesn't.
    wire.delivers = ({ from, datagram }) => (from === a && datagram[1] !== 0x03) || datagram[1] === 0x02;
    wire.runUntil(START + 3_000);
    expect(a.events).toMatchObject([{ type: "dial-failed", end: { name: "HANDSHAKE_TIMEOUT" } }]);
    expect(dial.state.name).toBe("confirming");
    expect(dial.isAuthenticated).toBe(true);
    wire.runUntil(START + 9_999);
    expect(dial.state.name).toBe("confirming");
    const msg3 = wire.sentOf("MSG3");
    expect(timesOf(msg3)).toEqual([0, 250, 500, 1000, 1500, 2500, 3500, 4500, 5500, 6500, 7500, 8500, 9500]);
    expect(new Set(msg3.map(({ datagram }) => Buffer.from(datagram).toString("hex"))).size).toBe(1);
    expect(a.connections[0]?.polls).toBe(0);
    wire.runUntil(START + 10_000);
    expect(dial.state).toMatchObject({ name: "failed", end: { name: "HANDSHAKE_TIMEOUT" } });
    expect(wire.sentOf("CLOSE", a)).toHaveLength(1);
    expect(a.connections[0]?.end?.name).toBe("HANDSHAKE_TIMEOUT");
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
  });

  // Requirement: H-35
  it("counts its deadlines from when the first MSG1 leaves: a process without a processor has asked nobody yet", () => {
    const { wire, a, b } = pair();
    wire.delivers = ({ from, datagram }) => from === a && datagram[1] !== 0x03;
    const silent = wire.add("silent", { accept: undefined });
    const unheard = wire.dial(a, silent, FALLBACK_DEADLINE_MS);
    const dial = wire.dial(a, b);
    // Longer than either deadline passes before anybody polls.
    const leftMs = START + 12_000;
    wire.nowMs = leftMs;
    wire.runUntil(leftMs + 2_999);
    expect(unheard.state.name).toBe("awaiting-msg2");
    expect(wire.sent.filter(({ from, to }) => from === a && to === silent.address)).toHaveLength(6);
    wire.runUntil(leftMs + 3_000);
    expect(unheard.state).toMatchObject({ name: "failed", end: { name: "HANDSHAKE_TIMEOUT" } });
    wire.runUntil(leftMs + 9_999);
    expect(dial.state.name).toBe("awaiting-msg2");
    wire.runUntil(leftMs + 10_000);
    expect(dial.state.name).toBe("failed");
  });

  // Requirement: H-37
  it("ends the responder's half by that CLOSE, if only the way back was dead", () => {
    const { wire, a, b } = pair();
    wire.delivers = ({ from, datagram }) => from === a || datagram[1] === 0x02;
    wire.dial(a, b);
    wire.runUntil(START + 10_000);
    expect(typesOf(a)).toEqual(["dial-failed"]);
    expect(b.events).toMatchObject([{ type: "established" }, { type: "closed", end: { by: "peer", code: 6 } }]);
  });

  // Requirement: H-37
  it("sends no CLOSE if its MSG3 never left: a process without a processor read MSG2 just before the deadline", () => {
    const { wire, a, b } = pair();
    wire.delivers = ({ from }) => from === a;
    const dial = wire.dial(a, b);
    wire.runUntil(START + 9_999);
    const [msg2] = wire.sentOf("MSG2", b);
    wire.deliver(msg2?.datagram ?? new Uint8Array(0), b.address, a.address);
    expect(dial.state.name).toBe("confirming");
    wire.nowMs = START + 10_000;
    wire.settle();
    expect(dial.state).toMatchObject({ name: "failed", end: { name: "HANDSHAKE_TIMEOUT" } });
    expect([...wire.sentOf("MSG3", a), ...wire.sentOf("CLOSE", a)]).toEqual([]);
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
  });

  // Requirements: H-45, RX-33
  it("fails at once if another device answers, and sends nothing", () => {
    const { wire, a, b } = pair();
    const dial = wire.dial(a, b, undefined, a.identity.deviceId);
    wire.settle();
    expect(dial.state).toMatchObject({ name: "failed", end: { name: "AUTH", code: undefined, by: "local" } });
    expect(wire.sentOf("MSG3")).toEqual([]);
    expect(a.endpoint.stats().drops).toEqual({ "peer-refused": 1 });
  });

  it("reaches nobody with the wrong static key", () => {
    const { wire, a, b } = pair();
    const target = { deviceId: b.identity.deviceId, staticPublicKey: a.identity.staticPublicKey, address: b.address };
    a.endpoint.dial(target, {}, wire.nowMs);
    wire.settle();
    expect(wire.sentOf("MSG2")).toEqual([]);
    expect(b.endpoint.stats().drops).toEqual({ "bad-mac1": 1 });
  });

  it.each([
    ["AUTH", { accept: { authorise: () => false } }],
    ["BUSY", { limits: { receiveBudgetBytes: 256 * 1024 - 1 } }],
  ] as const)(
    "fails with the responder's %s, whose CLOSE is repeated for MSG3 at most every 250 ms",
    (name, options) => {
      const { wire, a, b } = pair(options);
      let lost = 2;
      wire.delivers = ({ datagram }) => datagram[1] !== 0x13 || --lost < 0;
      const dial = wire.dial(a, b);
      wire.settle();
      const msg3 = wire.sentOf("MSG3")[0];
      if (msg3 === undefined) throw new Error("no MSG3");
      wire.nowMs += 100;
      wire.deliver(msg3.datagram, a.address, b.address);
      expect(b.endpoint.stats().drops).toEqual({ "repeat-throttled": 1 });
      wire.deliver(msg3.datagram.with(60, 1 ^ (msg3.datagram[60] ?? 0)), a.address, b.address);
      expect(b.endpoint.stats().drops).toEqual({ "repeat-throttled": 1, "bad-handshake": 1 });
      // MSG1's entry is there, but there is no MSG2 any more.
      wire.deliver(wire.sentOf("MSG1")[0]?.datagram ?? new Uint8Array(0), a.address, b.address);
      expect(b.endpoint.stats().drops).toMatchObject({ "unexpected-handshake": 1 });
      wire.runUntil(START + 2_000);
      const closes = wire.sentOf("CLOSE", b);
      expect(timesOf(closes)).toEqual([0, 250, 500]);
      expect(new Set(closes.map(({ datagram }) => Buffer.from(datagram).toString("hex"))).size).toBe(1);
      expect(dial.state).toMatchObject({ name: "failed", end: { name, by: "peer" } });
      // A stranger learns nothing beyond the code.
      expect(dial.state.name === "failed" && dial.state.end.reason).toBe("");
      expect(typesOf(a)).toEqual(["dial-failed"]);
      expect(typesOf(b)).toEqual([]);
      expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
      expect(b.endpoint.stats()).toMatchObject({ connections: 0, halfOpen: 1 });
      wire.runUntil(START + 12_000);
      expect(b.endpoint.stats()).toMatchObject({ halfOpen: 0 });
    },
  );

  // Requirements: H-50, RX-34
  it("fails with BUSY where this side has no memory for the window", () => {
    const wire = new Wire();
    const a = wire.add("a", { limits: { receiveBudgetBytes: 256 * 1024 - 1 } });
    const b = wire.add("b");
    const dial = wire.dial(a, b);
    wire.settle();
    expect(dial.state).toMatchObject({ name: "failed", end: { name: "BUSY", by: "local" } });
  });

  it("can be abandoned before and after MSG2, once", () => {
    const { wire, a, b } = pair();
    const early = wire.dial(a, b);
    a.endpoint.abandon(early, wire.nowMs);
    a.endpoint.abandon(early, wire.nowMs);
    wire.settle();
    expect(wire.sent).toEqual([]);
    wire.delivers = ({ datagram }) => datagram[1] !== 0x12;
    const late = wire.dial(a, b);
    wire.settle();
    expect(late.state.name).toBe("confirming");
    a.endpoint.abandon(late, wire.nowMs);
    expect(late.state).toMatchObject({ name: "failed", end: { reason: "abandoned" } });
    expect(a.endpoint.takeEvents()).toHaveLength(1);
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
  });

  it("survives the loss of any one datagram of the handshake", () => {
    for (let lost = 0; lost < 4; lost += 1) {
      const { wire, a, b } = pair();
      let index = 0;
      wire.delivers = () => index++ !== lost;
      wire.dial(a, b);
      wire.runUntil(START + 1_000);
      expect([typesOf(a), typesOf(b)]).toEqual([["established"], ["established"]]);
    }
  });

  it("refuses bad targets and stops at the limit of connections", () => {
    const wire = new Wire();
    const a = wire.add("a", { limits: { connections: 2 } });
    const b = wire.add("b");
    const good = { deviceId: b.identity.deviceId, staticPublicKey: b.identity.staticPublicKey, address: b.address };
    const dial = (change: Partial<typeof good>) => () => a.endpoint.dial({ ...good, ...change }, {}, wire.nowMs);
    const codeOf = (code: string): unknown => expect.objectContaining({ code });
    expect(dial({ deviceId: "AB" })).toThrow(codeOf("BAD_TARGET"));
    expect(dial({ staticPublicKey: new Uint8Array(31) })).toThrow(codeOf("BAD_TARGET"));
    expect(dial({ address: { host: "localhost", port: 1 } })).toThrow(codeOf("BAD_ADDRESS"));
    dial({})();
    dial({})();
    expect(dial({})).toThrow(codeOf("ENDPOINT_FULL"));
    const stuck = new Wire().add("stuck", { random: (length) => new Uint8Array(length) });
    expect(() => stuck.endpoint.dial(good, {}, 0)).toThrow(codeOf("BAD_RANDOM"));
  });

  // Requirements: H-18, RX-30
  it("drops a MSG2 that would give it the full session id of another connection", () => {
    const wire = new Wire();
    const low = Uint8Array.of(1, 1, 1, 1);
    const high = Uint8Array.of(2, 2, 2, 2);
    const choosing = (name: string, halves: Uint8Array[]): RandomBytes => {
      const other = seededRandom(name);
      return (length) => (length === 4 ? halves.shift()?.slice() : undefined) ?? other(length);
    };
    const a = wire.add("a", { random: choosing("a", [high, low]) });
    const b = wire.add("b", { random: choosing("b", [high]) });
    const c = wire.add("c", { random: choosing("c", [low]) });
    wire.dial(c, a);
    wire.settle();
    const dial = wire.dial(a, b);
    wire.settle();
    expect(a.endpoint.stats()).toMatchObject({ connections: 1, drops: { "session-half-in-use": 1 } });
    expect(dial.state.name).toBe("awaiting-msg2");
  });

  it("needs parameters within their ranges", () => {
    const parameters = { windowBytes: 16_383, idleTimeoutMs: 3_000, ackDelayMs: 1 };
    expect(() => new Wire().add("a", { parameters })).toThrow(/windowBytes = 16383/);
  });
});
