/** Handshakes that come to nothing: what either side had made of its secrets by then is gone, on both sides. */
import { describe, expect, it } from "vitest";
import { Mac1 } from "../handshake/mac1.ts";
import { msg1Fields } from "../handshake/handshake-datagrams.ts";
import { PacketType } from "../packet/header.ts";
import type { DialHandle } from "./dial-handle.ts";
import type { EndpointOptions } from "./endpoint-options.ts";
import { expectNothingLeft, Secrets } from "./secrets.fixture.ts";
import { type Node, testCrypto, Wire } from "./wire.fixture.ts";

interface World {
  readonly wire: Wire;
  readonly a: Node;
  readonly b: Node;
  readonly ofA: Secrets;
  readonly ofB: Secrets;
  readonly dial: DialHandle;
}

/** @param lost type of the datagrams that never arrive */
function dialled(lost: keyof typeof PacketType, optionsOfA: Partial<EndpointOptions> = {}): World {
  const [ofA, ofB] = [new Secrets(), new Secrets()];
  const wire = new Wire();
  const real = { createConnection: undefined };
  const a = wire.add("a", { ...real, crypto: ofA.crypto, random: ofA.random("a"), ...optionsOfA });
  const b = wire.add("b", { ...real, crypto: ofB.crypto, random: ofB.random("b") });
  wire.delivers = ({ datagram }) => datagram[1] !== PacketType[lost];
  const dial = wire.dial(a, b);
  wire.settle();
  return { wire, a, b, ofA, ofB, dial };
}

/** @returns the first one that left, changed */
function changed({ wire }: World, type: keyof typeof PacketType, at: number): Uint8Array {
  const datagram = wire.sentOf(type)[0]?.datagram.slice() ?? new Uint8Array(0);
  datagram[at] = (datagram[at] ?? 0) ^ 1;
  return datagram;
}

function expectNothingLeftAfterAll({ wire, ofA, ofB }: World): void {
  wire.runUntil(wire.nowMs + 60_000);
  expectNothingLeft(ofA);
  expect([ofB.left, ofB.ciphers.wiped]).toEqual([0, ofB.ciphers.made]);
}

const PAYLOAD_AT = 100;
const SESSION_HIGH_AT = 8;

describe("nothing is left of a handshake", () => {
  it("whose MSG1 does not open, though its mac1 is right", () => {
    const world = dialled("MSG1");
    const { wire, a, b, ofB } = world;
    const msg1 = changed(world, "MSG1", PAYLOAD_AT);
    const { covered, mac1 } = msg1Fields(msg1);
    mac1.set(new Mac1(testCrypto, b.identity.staticPublicKey).compute(covered));
    wire.deliver(msg1, a.address, b.address);
    expect(b.endpoint.stats()).toMatchObject({ drops: { "bad-handshake": 1 }, halfOpen: 0 });
    expect([ofB.arrays.length > 0, ofB.left]).toEqual([true, 0]);
  });

  it.each([
    ["does not open", PAYLOAD_AT, "bad-handshake"],
    ["has another session in its header", SESSION_HIGH_AT, "bad-parameters"],
  ])("for which a MSG2 came that %s", (_what, at, reason) => {
    const world = dialled("MSG2");
    const { wire, a, b } = world;
    wire.deliver(changed(world, "MSG2", at), b.address, a.address);
    expect(a.endpoint.stats().drops).toEqual({ [reason]: 1 });
    expectNothingLeftAfterAll(world);
  });

  it("for whose connection the dialler has no memory, from that moment on", () => {
    const { a, ofA } = dialled("MSG3", { limits: { receiveBudgetBytes: 1 } });
    expect(a.events).toMatchObject([{ type: "dial-failed", end: { name: "BUSY" } }]);
    expectNothingLeft(ofA);
  });

  it("that was given up before the responder was heard, from that moment on", () => {
    const { wire, a, ofA, dial } = dialled("MSG3");
    expect([dial.state.name, ofA.left > 0]).toEqual(["confirming", true]);
    a.endpoint.abandon(dial, wire.nowMs);
    expectNothingLeft(ofA);
  });
});
