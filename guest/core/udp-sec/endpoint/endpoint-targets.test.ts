/** Whom an endpoint refuses to dial, and that a bug is not taken for a bad target. */
import { describe, expect, it } from "vitest";
import type { DialTarget } from "../handshake/handshake-settings.ts";
import { testCrypto, Wire } from "./wire.fixture.ts";

function dialling(options: Parameters<Wire["add"]>[1] = {}) {
  const wire = new Wire();
  const [a, b] = [wire.add("a", options), wire.add("b")];
  const good: DialTarget = {
    ...b.identity,
    deviceId: b.identity.deviceId,
    staticPublicKey: b.identity.staticPublicKey,
    address: b.address,
  };
  const dial = (change: Partial<DialTarget>) => a.endpoint.dial({ ...good, ...change }, {}, wire.nowMs);
  return { wire, a, good, dial };
}

describe("a target that is none", () => {
  const id = "0123456789abcdef".repeat(4);
  it.each<[string, Partial<DialTarget>]>([
    ["a device id a digit short", { deviceId: id.slice(1) }],
    ["a device id a digit long", { deviceId: `${id}0` }],
    ["a device id after something else", { deviceId: `x${id}` }],
    ["a device id with a line end", { deviceId: `${id}\n` }],
    ["a device id in capitals", { deviceId: id.toUpperCase() }],
    ["a device id with another letter", { deviceId: `g${id.slice(1)}` }],
    ["a static key a byte short", { staticPublicKey: new Uint8Array(31).fill(9) }],
    ["a static key a byte long", { staticPublicKey: new Uint8Array(33).fill(9) }],
    ["a static key of small order", { staticPublicKey: new Uint8Array(32) }],
  ])("%s", (_what, change) => {
    const { wire, a, dial } = dialling();
    expect(() => dial(change)).toThrow(expect.objectContaining({ name: "EndpointError", code: "BAD_TARGET" }));
    wire.settle();
    expect([wire.sent, a.events, a.endpoint.stats().dialAttempts]).toEqual([[], [], 0]);
  });

  it("is told from one that is good", () => {
    const { a, dial } = dialling();
    expect(dial({ deviceId: id }).state.name).toBe("awaiting-msg2");
    expect(a.endpoint.stats().dialAttempts).toBe(1);
  });
});

it("a bug in the primitives is none of the target's faults", () => {
  const crypto = {
    ...testCrypto,
    hmacBlake2s: (): Uint8Array => {
      throw new TypeError("a bug");
    },
  };
  const { dial } = dialling({ crypto });
  expect(() => dial({})).toThrow(TypeError);
});
