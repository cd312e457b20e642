import { expect } from "vitest";
import { aeadWith } from "../../crypto/aead-with.ts";
import type { CryptoPrimitives, RandomBytes, X25519Key } from "../../crypto/primitives.ts";
import { seededRandom, testCrypto } from "./wire.fixture.ts";

/** Remembers every array that held a secret of a session, and every key that was handed to a cipher. */
export class Secrets {
  readonly arrays: Uint8Array[] = [];
  readonly ciphers = { made: 0, wiped: 0 };
  readonly crypto: CryptoPrimitives = {
    ...testCrypto,
    x25519Key: (secret) => this.#watched(testCrypto.x25519Key(secret)),
    hmacBlake2s: (key, message) => this.#keep(testCrypto.hmacBlake2s(key, message)),
    chacha20Poly1305: (key) => {
      this.ciphers.made += 1;
      const aead = testCrypto.chacha20Poly1305(key);
      const wipe = (): void => {
        this.ciphers.wiped += 1;
        aead.wipe();
      };
      return aeadWith(aead, { wipe });
    },
  };

  random(name: string): RandomBytes {
    const draw = seededRandom(name);
    return (length) => (length === 32 ? this.#keep(draw(length)) : draw(length));
  }

  get left(): number {
    return this.arrays.filter((array) => array.some((byte) => byte !== 0)).length;
  }

  /** Of the secret that it is made from `random` keeps every copy. */
  #watched(key: X25519Key): X25519Key {
    return {
      publicKey: key.publicKey,
      agree: (publicKey) => this.#keep(key.agree(publicKey)),
      clone: () => this.#watched(key.clone()),
      wipe: () => key.wipe(),
    };
  }

  /** Copies of a secret are secrets too. */
  #keep(array: Uint8Array): Uint8Array {
    this.arrays.push(array);
    const slice = (start?: number, end?: number) => this.#keep(Uint8Array.prototype.slice.call(array, start, end));
    Object.defineProperty(array, "slice", { value: slice });
    return array;
  }
}

export function expectNothingLeft({ arrays, ciphers, left }: Secrets): void {
  expect(arrays.length).toBeGreaterThan(5);
  expect(left).toBe(0);
  expect(ciphers.made).toBeGreaterThan(0);
  expect(ciphers.wiped).toBe(ciphers.made);
}
