import { expect, it } from "vitest";
import { aeadWith } from "../crypto/aead-with.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import type { CryptoPrimitives } from "../crypto/primitives.ts";
import { CipherState } from "./cipher-state.ts";

const KEY = new Uint8Array(32).fill(7);
const AD = Uint8Array.of(1, 2);
const TEXT = Uint8Array.of(3, 4, 5);
const sealedAt = (nonce: Uint8Array) => nobleCrypto.chacha20Poly1305(KEY).seal(nonce, AD, TEXT);

it("keeps a key of its own: neither side's changes reach the other", () => {
  const key = KEY.slice();
  const cipher = new CipherState(nobleCrypto);
  cipher.initializeKey(key);
  key.fill(0);
  expect(cipher.encryptWithAd(AD, TEXT)).toEqual(sealedAt(new Uint8Array(12)));
  const other = KEY.slice();
  cipher.initializeKey(other);
  cipher.wipe();
  expect(other).toEqual(KEY);
});

it("has a key from the first one until it is wiped", () => {
  const cipher = new CipherState(nobleCrypto);
  expect(cipher.hasKey).toBe(false);
  cipher.initializeKey(KEY);
  expect(cipher.hasKey).toBe(true);
  cipher.wipe();
  expect(cipher.hasKey).toBe(false);
});

it("zeroes its key and wipes its cipher when it is wiped, and when another key takes their place", () => {
  const keys: Uint8Array[] = [];
  let wiped = 0;
  const spying: CryptoPrimitives = {
    ...nobleCrypto,
    chacha20Poly1305: (key) => {
      keys.push(key);
      const aead = nobleCrypto.chacha20Poly1305(key);
      return aeadWith(aead, { wipe: () => void (wiped += 1) });
    },
  };
  const cipher = new CipherState(spying);
  for (const end of [() => cipher.initializeKey(KEY), () => cipher.wipe()]) {
    cipher.initializeKey(KEY);
    cipher.encryptWithAd(AD, TEXT);
    end();
  }
  expect(keys).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  expect(wiped).toBe(2);
});

it("writes both halves of the nonce, little-endian (12.3)", () => {
  const cipher = new CipherState(nobleCrypto);
  cipher.initializeKey(KEY);
  cipher.setNonce(3 * 2 ** 32 + 0x0201);
  expect(cipher.encryptWithAd(AD, TEXT)).toEqual(sealedAt(Uint8Array.of(0, 0, 0, 0, 1, 2, 0, 0, 3, 0, 0, 0)));
});

it("seals into the caller's array with the nonce whose turn it is, and nothing at all without a key", () => {
  const [into, anew] = [new CipherState(nobleCrypto), new CipherState(nobleCrypto)];
  for (const cipher of [into, anew]) cipher.initializeKey(KEY);
  for (let message = 0; message < 2; message += 1) {
    const sealed = new Uint8Array(TEXT.length + 16);
    into.encryptInto(sealed, AD, TEXT);
    expect(sealed).toEqual(anew.encryptWithAd(AD, TEXT));
  }
  into.wipe();
  const untouched = new Uint8Array(TEXT.length + 16);
  expect(() => into.encryptInto(untouched, AD, TEXT)).toThrow(expect.objectContaining({ code: "NOISE_WIPED" }));
  expect(untouched).toEqual(new Uint8Array(TEXT.length + 16));
});

it("hands out copies where no key is set", () => {
  const cipher = new CipherState(nobleCrypto);
  const text = TEXT.slice();
  const passed = [cipher.encryptWithAd(AD, text), cipher.decryptWithAd(AD, text)];
  text.fill(0);
  expect(passed).toEqual([TEXT, TEXT]);
});

it("copies key and nonce, each with a life of its own", () => {
  const cipher = new CipherState(nobleCrypto);
  cipher.initializeKey(KEY);
  cipher.setNonce(5);
  const copy = cipher.clone();
  cipher.wipe();
  expect(copy.nonce).toBe(5);
  expect(copy.encryptWithAd(AD, TEXT)).toEqual(sealedAt(Uint8Array.of(0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0)));
});
