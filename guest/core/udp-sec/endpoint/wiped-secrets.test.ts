import { describe, expect, it } from "vitest";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import { type Node, seededRandom, testCrypto, Wire } from "./wire.fixture.ts";

/** Remembers every array that held a secret of a session, and every key that was handed to a cipher. */
class Secrets {
  readonly arrays: Uint8Array[] = [];
  readonly ciphers = { made: 0, wiped: 0 };
  readonly crypto: CryptoPrimitives = {
    ...testCrypto,
    x25519: (secret, publicKey) => this.#keep(testCrypto.x25519(secret, publicKey)),
    hmacBlake2s: (key, message) => this.#keep(testCrypto.hmacBlake2s(key, message)),
    chacha20Poly1305: (key) => {
      this.ciphers.made += 1;
      const aead = testCrypto.chacha20Poly1305(key);
      const wipe = (): void => {
        this.ciphers.wiped += 1;
        aead.wipe();
      };
      return { seal: aead.seal.bind(aead), open: aead.open.bind(aead), wipe };
    },
  };

  random(name: string): RandomBytes {
    const draw = seededRandom(name);
    return (length) => (length === 32 ? this.#keep(draw(length)) : draw(length));
  }

  get left(): number {
    return this.arrays.filter((array) => array.some((byte) => byte !== 0)).length;
  }

  /** Copies of a secret are secrets too. */
  #keep(array: Uint8Array): Uint8Array {
    this.arrays.push(array);
    const slice = (start?: number, end?: number) => this.#keep(Uint8Array.prototype.slice.call(array, start, end));
    Object.defineProperty(array, "slice", { value: slice });
    return array;
  }
}

function world(accepts = true): { wire: Wire; a: Node; b: Node; secrets: Secrets } {
  const secrets = new Secrets();
  const wire = new Wire();
  const common = { crypto: secrets.crypto, createConnection: undefined };
  const a = wire.add("a", { ...common, random: secrets.random("a") });
  const b = wire.add("b", { ...common, random: secrets.random("b"), accept: { authorise: () => accepts } });
  return { wire, a, b, secrets };
}

function expectNothingLeft({ arrays, ciphers, left }: Secrets): void {
  expect(arrays.length).toBeGreaterThan(5);
  expect(left).toBe(0);
  expect(ciphers.made).toBeGreaterThan(0);
  expect(ciphers.wiped).toBe(ciphers.made);
}

describe("no secret of a session outlives it", () => {
  // Requirement: H-56
  it("that was established and closed", () => {
    const { wire, a, secrets } = world();
    wire.dial(a, wire.nodes[1] ?? a);
    wire.settle();
    const connection = a.events[0]?.type === "established" ? a.events[0].connection : undefined;
    expect(secrets.left).toBe(4);
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
