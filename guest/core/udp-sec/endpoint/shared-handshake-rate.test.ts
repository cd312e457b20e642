import { describe, expect, it } from "vitest";
import { HandshakeRate } from "../../handshake-rate.ts";
import { sourceOf } from "../../mapped-address.ts";
import { Wire } from "./wire.fixture.ts";

const LIMITS = { ratePerSecond: 20, burst: 2, sources: 16 };

describe("one handshake rate for UDP and TCP", () => {
  // Requirement: H-31
  it("is used up by TCP connections for a dial that proves its address too", () => {
    const handshakeRate = new HandshakeRate(LIMITS);
    const wire = new Wire();
    // Everybody has to bring a cookie.
    const b = wire.add("b", { handshakeRate, limits: { halfOpenBeforeRetry: 0 } });
    const a = wire.add("a");
    const source = sourceOf(a.address.host);
    const asTcp = [1, 2, 3].map(() => handshakeRate.takeProven(source, wire.nowMs));
    expect(asTcp).toEqual([true, true, false]);
    wire.dial(a, b);
    wire.settle();
    expect(b.endpoint.stats().drops).toEqual({ "cookie-rate-limited": 1 });
    expect(b.connections).toHaveLength(0);
    // 50 ms earn a token; MSG1 is repeated after 250.
    wire.runUntil(wire.nowMs + 300);
    expect(b.connections).toHaveLength(1);
  });

  it("lets forged addresses use up nothing that their owners have over TCP", () => {
    const handshakeRate = new HandshakeRate(LIMITS);
    for (let message = 0; message < 10; message += 1) handshakeRate.takeUnproven("source", 0);
    expect(handshakeRate.takeUnproven("source", 0)).toBe(false);
    expect(handshakeRate.takeProven("source", 0)).toBe(true);
    expect(handshakeRate.sources).toBe(2);
  });

  it("counts for two endpoints that share it", () => {
    const handshakeRate = new HandshakeRate(LIMITS);
    const wire = new Wire();
    const [b, c] = ["b", "c"].map((name) => wire.add(name, { handshakeRate, limits: { halfOpenBeforeRetry: 0 } }));
    const a = wire.add("a");
    if (b === undefined || c === undefined) throw new Error("no listeners");
    for (const listener of [b, b, c]) {
      wire.dial(a, listener);
      wire.settle();
    }
    expect([b.connections.length, c.connections.length]).toEqual([2, 0]);
    expect(c.endpoint.stats().drops).toEqual({ "cookie-rate-limited": 1 });
  });
});
