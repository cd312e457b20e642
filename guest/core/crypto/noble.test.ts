import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../bytes/concat.ts";
import { toHex } from "../bytes/hex.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";
import { nobleCrypto as crypto } from "./noble.ts";
import { isAcceptableEd25519Key } from "./strict-ed25519.ts";
import { WipedKeyError } from "./wiped-key.ts";

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const SEED = new Uint8Array(32).fill(5);
const MESSAGE = encodeUtf8("message");
const countedFrom0 = (length: number) => Uint8Array.from({ length }, (_, index) => index);

// Expected values: hashlib of Python, which has an implementation of its own.
describe("keyed hashes", () => {
  it("are BLAKE2s of 16 bytes with its own key, not HMAC", () => {
    expect(toHex(crypto.keyedBlake2s128(countedFrom0(16), encodeUtf8("abc")))).toBe("75296c2d2c0f51210b383f386bc8b1ff");
    expect(toHex(crypto.keyedBlake2s128(countedFrom0(32), new Uint8Array(0)))).toBe("9536f9b267655743dee97b8a670f9f53");
  });

  it("are HMAC where Noise asks for it", () => {
    expect(toHex(crypto.hmacBlake2s(countedFrom0(32), encodeUtf8("abc")))).toBe(
      "82623be5bc0a391b24dce53e67d028eff92d586de0485ac37822e597d049c74f",
    );
  });
});

describe("an Ed25519 signature", () => {
  const key = () => crypto.ed25519PublicKey(SEED);

  it("holds for its own key and message, and is 64 bytes long", () => {
    const signature = crypto.ed25519Sign(SEED, MESSAGE);
    expect(crypto.ed25519Verify(key(), MESSAGE, signature)).toBe(true);
    expect(crypto.ed25519Verify(key(), MESSAGE, signature.subarray(0, 63))).toBe(false);
    expect(crypto.ed25519Verify(key(), MESSAGE, Uint8Array.of(...signature, 0))).toBe(false);
    expect(crypto.ed25519Verify(key(), encodeUtf8("massage"), signature)).toBe(false);
    for (const at of [0, 31, 32, 63]) {
      expect(crypto.ed25519Verify(key(), MESSAGE, signature.with(at, (signature[at] ?? 0) ^ 1))).toBe(false);
    }
  });

  it("has one S alone: the same with the group's order added is refused", () => {
    const signature = crypto.ed25519Sign(SEED, MESSAGE);
    const malleable = concatBytes(signature.subarray(0, 32), littleEndian(numberOf(signature.subarray(32)) + ORDER));
    expect(crypto.ed25519Verify(key(), MESSAGE, malleable)).toBe(false);
  });

  it("by a key with a part of small order is refused where the equation holds only times the cofactor", () => {
    const torsion = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    const secret = 12_345n;
    const mixed = Point.BASE.multiply(secret).add(torsion).toBytes();
    const outcomes = new Set<boolean>();
    for (let nonce = 1n; nonce <= 20n; nonce += 1n) {
      const r = Point.BASE.multiply(nonce).toBytes();
      const challenge = numberOf(sha512(concatBytes(r, mixed, MESSAGE))) % ORDER;
      const signature = concatBytes(r, littleEndian((nonce + challenge * secret) % ORDER));
      expect(ed25519.verify(signature, MESSAGE, mixed)).toBe(true);
      const isExact = challenge % 8n === 0n;
      expect(crypto.ed25519Verify(mixed, MESSAGE, signature)).toBe(isExact);
      outcomes.add(isExact);
    }
    expect(outcomes.has(false)).toBe(true);
  });

  it("by no point of the curve is refused", () => {
    const notOnTheCurve = new Uint8Array(32).fill(2, 0, 1);
    expect(isAcceptableEd25519Key(notOnTheCurve)).toBe(true);
    expect(crypto.ed25519Verify(notOnTheCurve, MESSAGE, crypto.ed25519Sign(SEED, MESSAGE))).toBe(false);
  });
});

describe("an acceptable Ed25519 key", () => {
  it("has 32 bytes", () => {
    const key = crypto.ed25519PublicKey(SEED);
    expect(isAcceptableEd25519Key(key)).toBe(true);
    expect(isAcceptableEd25519Key(key.subarray(1))).toBe(false);
    expect(isAcceptableEd25519Key(Uint8Array.of(...key, 1))).toBe(false);
  });

  it("is compared with the field's prime in all of its bytes", () => {
    const prime = new Uint8Array(32).fill(0xff).with(31, 0x7f);
    expect(isAcceptableEd25519Key(prime)).toBe(false);
    for (const at of [1, 15, 30]) expect(isAcceptableEd25519Key(prime.with(at, 0xfe))).toBe(true);
    expect(isAcceptableEd25519Key(prime.with(31, 0x10))).toBe(true);
  });

  it("is left as it was by the check, with its sign", () => {
    const key = crypto.ed25519PublicKey(SEED).map((byte, index) => (index === 31 ? byte | 0x80 : byte));
    const before = key.slice();
    isAcceptableEd25519Key(key);
    expect(key).toEqual(before);
  });
});

describe("a key for packets", () => {
  const NONCE = new Uint8Array(12);

  it("opens what it sealed, with the same nonce and associated data, and nothing else", () => {
    const aead = crypto.chacha20Poly1305(SEED);
    const sealed = aead.seal(NONCE, MESSAGE, MESSAGE);
    expect(aead.open(NONCE, MESSAGE, sealed)).toEqual(MESSAGE);
    expect(aead.open(NONCE.with(0, 1), MESSAGE, sealed)).toBeUndefined();
    expect(aead.open(NONCE, SEED, sealed)).toBeUndefined();
  });

  it("is a copy, and zeroed when it is wiped", () => {
    const key = SEED.slice();
    const aead = crypto.chacha20Poly1305(key);
    const sealed = aead.seal(NONCE, MESSAGE, MESSAGE);
    key.fill(0);
    expect(aead.seal(NONCE, MESSAGE, MESSAGE)).toEqual(sealed);
    aead.wipe();
    expect(() => aead.open(NONCE, MESSAGE, sealed)).toThrow(WipedKeyError);
    expect(() => aead.seal(NONCE, MESSAGE, MESSAGE)).toThrow(WipedKeyError);
  });
});

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}
