/** Every key of a TCP connection is wiped when it is no longer needed: not later, and whoever ended the connection. */
import { describe, expect, test } from "vitest";
import { CloseCode } from "../connection-end.ts";
import { aeadWith } from "../crypto/aead-with.ts";
import type { CryptoPrimitives } from "../crypto/primitives.ts";
import { EndpointBudget } from "../endpoint-budget.ts";
import { ConnectionPair, crypto, type PairOptions } from "./connection-pair.fixture.ts";

/** Counts ciphers that were made and not wiped, and keeps the key of each. */
class Ciphers {
  living = 0;
  made = 0;
  readonly #secrets: Uint8Array[] = [];
  readonly crypto: CryptoPrimitives = {
    ...crypto,
    hmacBlake2s: (key, message) => this.#keep(crypto.hmacBlake2s(key, message)),
    chacha20Poly1305: (key) => {
      const aead = crypto.chacha20Poly1305(key);
      this.living += 1;
      this.made += 1;
      let isWiped = false;
      const wipe = (): void => {
        if (!isWiped) this.living -= 1;
        isWiped = true;
        aead.wipe();
      };
      return aeadWith(aead, { wipe });
    },
  };

  get secretsLeft(): number {
    return this.#secrets.filter((secret) => secret.some((byte) => byte !== 0)).length;
  }

  /** Copies of a secret are secrets too. */
  #keep(secret: Uint8Array): Uint8Array {
    this.#secrets.push(secret);
    const slice = (start?: number, end?: number) => this.#keep(Uint8Array.prototype.slice.call(secret, start, end));
    Object.defineProperty(secret, "slice", { value: slice });
    return secret;
  }
}

function world(more: PairOptions = {}): { readonly pair: ConnectionPair; readonly ciphers: Ciphers } {
  const ciphers = new Ciphers();
  const pair = new ConnectionPair({ ...more, options: { crypto: ciphers.crypto, ...more.options } });
  return { pair, ciphers };
}

function expectAllWiped({ living, made, secretsLeft }: Ciphers): void {
  expect(made).toBeGreaterThan(0);
  expect([living, secretsLeft]).toEqual([0, 0]);
}

describe("nothing is left of the keys", () => {
  test.each(["a", "b"] as const)("after %s closed an established connection and both said so", (closer) => {
    const { pair, ciphers } = world();
    pair.settle();
    pair.a.write(new Uint8Array(100), 0);
    pair.b.write(new Uint8Array(100), 0);
    pair.settle();
    expect(ciphers.secretsLeft).toBeGreaterThan(0);
    pair[closer].close(CloseCode.NO_ERROR, "", 0);
    pair.settle();
    expectAllWiped(ciphers);
  });

  test("after both directions finished", () => {
    const { pair, ciphers } = world();
    pair.settle();
    pair.a.finish(0);
    pair.b.finish(0);
    pair.settle();
    expectAllWiped(ciphers);
  });

  test("after TCP broke off", () => {
    const { pair, ciphers } = world();
    pair.settle();
    pair.a.receiveEnd(0);
    pair.b.receiveEnd(0);
    expectAllWiped(ciphers);
  });

  test("of a peer that was refused", () => {
    const { pair, ciphers } = world({ authorise: () => false });
    pair.settle();
    expect(pair.a.end).toMatchObject({ name: "AUTH", by: "peer" });
    expectAllWiped(ciphers);
  });

  test("of a peer for whose window there was no memory", () => {
    const { pair, ciphers } = world({ options: { budget: new EndpointBudget(0) } });
    pair.settle();
    pair.b.poll(5_000);
    pair.a.receiveEnd(0);
    pair.b.receiveEnd(0);
    expectAllWiped(ciphers);
  });

  test("of a peer for whose window only the responder had no memory", () => {
    const { pair, ciphers } = world({ limits: { windowBytes: 1_000 }, options: { budget: new EndpointBudget(1_999) } });
    pair.settle();
    expect([pair.b.end, pair.a.end]).toMatchObject([
      { name: "BUSY", by: "local" },
      { name: "BUSY", by: "peer" },
    ]);
    expectAllWiped(ciphers);
  });

  test("of a handshake that was never finished", () => {
    const { pair, ciphers } = world();
    pair.move(pair.a, pair.b);
    pair.a.poll(5_000);
    pair.b.poll(5_000);
    expectAllWiped(ciphers);
  });
});
