import { describe, expect, it } from "vitest";
import { expectNothingLeft, Secrets } from "./secrets.fixture.ts";
import { type Node, Wire } from "./wire.fixture.ts";

function world(accepts = true): { wire: Wire; a: Node; b: Node; secrets: Secrets } {
  const secrets = new Secrets();
  const wire = new Wire();
  const common = { crypto: secrets.crypto, createConnection: undefined };
  const a = wire.add("a", { ...common, random: secrets.random("a") });
  const b = wire.add("b", { ...common, random: secrets.random("b"), accept: { authorise: () => accepts } });
  return { wire, a, b, secrets };
}

describe("no secret of a session outlives it", () => {
  // Requirement: H-56
  it("that was established and closed", () => {
    const { wire, a, secrets } = world();
    wire.dial(a, wire.nodes[1] ?? a);
    wire.settle();
    const connection = a.events[0]?.type === "established" ? a.events[0].connection : undefined;
    // Two keys at each end, and of each the copy of its cipher.
    expect(secrets.left).toBe(8);
    connection?.close(0, "", wire.nowMs);
    wire.runUntil(wire.nowMs + 60_000);
    expectNothingLeft(secrets);
  });

  it("whose peer was refused", () => {
    const { wire, a, b, secrets } = world(false);
    wire.dial(a, b);
    wire.runUntil(wire.nowMs + 60_000);
    expectNothingLeft(secrets);
  });

  it("whose MSG3 never arrived", () => {
    const { wire, a, b, secrets } = world();
    wire.delivers = ({ datagram }) => datagram[1] !== 0x03;
    wire.dial(a, b);
    wire.runUntil(wire.nowMs + 60_000);
    expectNothingLeft(secrets);
  });

  it("that answered with another device's proof", () => {
    const { wire, a, b, secrets } = world();
    wire.dial(a, b, undefined, a.identity.deviceId);
    wire.runUntil(wire.nowMs + 60_000);
    expectNothingLeft(secrets);
  });

  it("that was never answered, or given up", () => {
    const { wire, a, b, secrets } = world();
    wire.delivers = () => false;
    wire.dial(a, b);
    wire.settle();
    a.endpoint.abandon(wire.dial(a, b), wire.nowMs);
    wire.runUntil(wire.nowMs + 60_000);
    expect([secrets.left, secrets.ciphers.wiped]).toEqual([0, secrets.ciphers.made]);
  });
});
