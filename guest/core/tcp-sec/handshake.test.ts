import { describe, expect, test } from "vitest";
import type { CryptoPrimitives } from "../crypto/primitives.ts";
import type { DeviceIdentity } from "../identity/device-identity.ts";
import { CLIENT, ConnectionPair, crypto, OTHER, SERVER, testRandom } from "./connection-pair.fixture.ts";
import { TcpHandshake } from "./handshake.ts";

const accept = { authorise: () => true };

/** @returns a device with the keys of one, that shows the proof of another */
function impostor(keys: DeviceIdentity, proofs: DeviceIdentity, side: "client" | "server"): DeviceIdentity {
  return {
    publicKey: keys.publicKey,
    deviceId: keys.deviceId,
    staticPublicKey: keys.staticPublicKey,
    staticKey: keys.staticKey,
    proof: () => proofs.proof(side),
    wipe: () => undefined,
  } as unknown as DeviceIdentity;
}

function dialTo(responder: TcpHandshake) {
  const initiator = new TcpHandshake(
    { role: "initiator", peer: SERVER },
    { crypto, random: testRandom, identity: CLIENT },
  );
  const step = responder.receive(initiator.start(), 0);
  if (step.kind !== "reply") throw new Error(step.kind);
  return initiator.receive(step.message, 0);
}

test.each([
  ["that of another device", impostor(SERVER, OTHER, "server")],
  ["one for the other side", impostor(SERVER, SERVER, "client")],
])("a responder whose proof is %s is not who was dialled", (_what, identity) => {
  const responder = new TcpHandshake({ role: "responder", accept }, { crypto, random: testRandom, identity });
  expect(dialTo(responder)).toEqual({ kind: "failed", reason: "the peer does not prove its identity" });
});

test("a valid proof of another device is not who was dialled", () => {
  const peer = { deviceId: OTHER.deviceId, staticPublicKey: SERVER.staticPublicKey };
  const initiator = new TcpHandshake({ role: "initiator", peer }, { crypto, random: testRandom, identity: CLIENT });
  const responder = new TcpHandshake({ role: "responder", accept }, { crypto, random: testRandom, identity: SERVER });
  const step = responder.receive(initiator.start(), 0);
  if (step.kind !== "reply") throw new Error(step.kind);
  expect(initiator.receive(step.message, 0)).toEqual({
    kind: "failed",
    reason: "another device than the one dialled",
  });
});

describe("the rate of handshakes", () => {
  test("is asked once for each, with the time, before anything is computed", () => {
    const computed: string[] = [];
    const counting: CryptoPrimitives = {
      ...crypto,
      hmacBlake2s: (key, message) => (computed.push("hmac"), crypto.hmacBlake2s(key, message)),
    };
    const asked: number[] = [];
    const side = { role: "responder", accept, takeHandshake: (nowMs: number) => (asked.push(nowMs), false) } as const;
    const responder = new TcpHandshake(side, { crypto: counting, random: testRandom, identity: SERVER });
    const initiator = new TcpHandshake(
      { role: "initiator", peer: SERVER },
      { crypto, random: testRandom, identity: CLIENT },
    );
    expect(responder.receive(initiator.start(), 7)).toEqual({ kind: "over-rate" });
    expect([asked, computed]).toEqual([[7], []]);
  });

  test("doesn't count message 3, nor the side that dials", () => {
    let asked = 0;
    const takeHandshake = (): boolean => (asked += 1) > 0;
    const pair = new ConnectionPair({ options: { takeHandshake } }).settle();
    expect([pair.a.isEstablished, pair.b.isEstablished, asked]).toEqual([true, true, 1]);
  });

  test("ends a connection with BUSY, without a word of Noise", () => {
    const { a, b } = new ConnectionPair({ options: { takeHandshake: () => false } }).settle();
    expect([a.isEstablished, b.isEstablished]).toEqual([false, false]);
    expect([b.end?.name, b.stats().bytesOut]).toEqual(["BUSY", 0]);
  });
});

test("a bug in the primitives is none of the peer's faults", () => {
  const broken: CryptoPrimitives = { ...crypto };
  const responder = new TcpHandshake(
    { role: "responder", accept },
    { crypto: broken, random: testRandom, identity: SERVER },
  );
  const initiator = new TcpHandshake(
    { role: "initiator", peer: SERVER },
    { crypto, random: testRandom, identity: CLIENT },
  );
  broken.hmacBlake2s = () => {
    throw new TypeError("a bug");
  };
  expect(() => responder.receive(initiator.start(), 0)).toThrow(TypeError);
});
