import { createPublicKey, verify } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ed25519, ED25519_TORSION_SUBGROUP } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CryptoPrimitives,
  fromHex,
  isAcceptableEd25519Key,
  nobleCrypto,
  WipedKeyError,
} from "../../core/index.ts";
import { nativeCrypto } from "./native.ts";
import { findSodium } from "./sodium.ts";

const ROOT = join(import.meta.dirname, "../../..");
const sodium = findSodium(join(ROOT, "package.json"));

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const message = fc.uint8Array({ maxLength: 1200 });

/** The identity element: its "owner" needs no secret. R = identity and S = 0 then satisfy the equation for any message. */
const IDENTITY_KEY = new Uint8Array(32).fill(1, 0, 1);
const TRIVIAL_SIGNATURE = new Uint8Array(64).fill(1, 0, 1);

describe.each([nobleCrypto, nativeCrypto, sodium ?? []].flat())("$name primitives", (crypto: CryptoPrimitives) => {
  it("hash as published", () => {
    expect(hex(crypto.sha256(ascii("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 7693 appendix B.
    expect(hex(crypto.blake2s(ascii("abc")))).toBe("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
  });

  it("agree on X25519 as RFC 7748 6.1", () => {
    const bob = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    const alicePublic = unhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    expect(hex(crypto.x25519Key(bob).publicKey)).toBe(
      "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    );
    expect(hex(crypto.x25519Key(bob).agree(alicePublic))).toBe(
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    );
  });

  // Requirement: H-2
  it("refuse an X25519 key that leads to an all-zero secret", () => {
    expect(() => crypto.x25519Key(new Uint8Array(32).fill(7)).agree(new Uint8Array(32))).toThrow();
  });

  // Requirement: I-8
  it("refuse every small-order key with a trivial signature", () => {
    expect(crypto.ed25519Verify(IDENTITY_KEY, ascii("any"), TRIVIAL_SIGNATURE)).toBe(false);
    for (const point of ED25519_TORSION_SUBGROUP) {
      expect(crypto.ed25519Verify(unhex(point), ascii("any"), TRIVIAL_SIGNATURE)).toBe(false);
    }
  });

  it("never throw on a bad proof", () => {
    const seed = new Uint8Array(32).fill(3);
    const key = crypto.ed25519PublicKey(seed);
    const signature = crypto.ed25519Sign(seed, ascii("m"));
    expect(crypto.ed25519Verify(key, ascii("m"), signature)).toBe(true);
    expect(crypto.ed25519Verify(key, ascii("n"), signature)).toBe(false);
    expect(crypto.ed25519Verify(key.subarray(1), ascii("m"), signature)).toBe(false);
    expect(crypto.ed25519Verify(key, ascii("m"), signature.subarray(1))).toBe(false);
    expect(crypto.ed25519Verify(key, ascii("m"), new Uint8Array(64).fill(0xff))).toBe(false);
    // y = 2 is not on the curve.
    expect(crypto.ed25519Verify(new Uint8Array(32).fill(2, 0, 1), ascii("m"), signature)).toBe(false);
  });

  it("give plain arrays, never a Buffer", () => {
    const aead = crypto.chacha20Poly1305(new Uint8Array(32));
    const nonce = new Uint8Array(12);
    const sealed = aead.seal(nonce, new Uint8Array(0), ascii("m"));
    const results = [
      sealed,
      aead.open(nonce, new Uint8Array(0), sealed),
      aead.openInPlace(nonce, new Uint8Array(0), sealed.slice(0, 1), sealed.slice(1)),
      crypto.sha256(ascii("")),
      crypto.blake2s(ascii("")),
      crypto.hmacBlake2s(new Uint8Array(32), ascii("")),
      crypto.keyedBlake2s128(new Uint8Array(32), ascii("")),
      crypto.x25519Key(new Uint8Array(32).fill(1)).publicKey,
      crypto.x25519Key(new Uint8Array(32).fill(1)).agree(new Uint8Array(32).fill(9)),
      crypto.ed25519PublicKey(new Uint8Array(32)),
      crypto.ed25519Sign(new Uint8Array(32), ascii("")),
    ];
    for (const result of results) expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
  });

  it("refuse a wiped key, a short ciphertext and a short key", () => {
    const aead = crypto.chacha20Poly1305(new Uint8Array(32));
    const nonce = new Uint8Array(12);
    expect(aead.open(nonce, new Uint8Array(0), new Uint8Array(15))).toBeUndefined();
    expect(aead.open(nonce, new Uint8Array(0), new Uint8Array(16))).toBeUndefined();
    expect(aead.openInPlace(nonce, new Uint8Array(0), new Uint8Array(0), new Uint8Array(16))).toBeUndefined();
    aead.wipe();
    aead.wipe();
    expect(() => aead.seal(nonce, new Uint8Array(0), new Uint8Array(0))).toThrow(WipedKeyError);
    expect(() => aead.open(nonce, new Uint8Array(0), new Uint8Array(16))).toThrow(WipedKeyError);
    expect(() => aead.openInPlace(nonce, new Uint8Array(0), new Uint8Array(0), new Uint8Array(16))).toThrow(
      WipedKeyError,
    );
    expect(() =>
      crypto.chacha20Poly1305(new Uint8Array(31)).seal(nonce, new Uint8Array(0), new Uint8Array(0)),
    ).toThrow();
  });

  it("hold an X25519 secret until it is wiped, each copy by itself", () => {
    const secret = new Uint8Array(32).fill(5);
    const [key, point] = [crypto.x25519Key(secret), crypto.x25519Key(new Uint8Array(32).fill(6)).publicKey];
    const shared = key.agree(point);
    secret.fill(0);
    const copy = key.clone();
    expect(copy.publicKey).toEqual(key.publicKey);
    key.wipe();
    key.wipe();
    expect(() => key.agree(point)).toThrow(WipedKeyError);
    expect(() => key.clone()).toThrow(WipedKeyError);
    expect(copy.agree(point)).toEqual(shared);
    for (const length of [31, 33]) expect(() => crypto.x25519Key(new Uint8Array(length))).toThrow();
  });

  it("leave the caller's key alone", () => {
    const key = new Uint8Array(32).fill(9);
    crypto.chacha20Poly1305(key).wipe();
    expect(key.every((byte) => byte === 9)).toBe(true);
  });
});

describe("the common verifiers accept what ours refuse", () => {
  it("node:crypto and noble's default take a small-order key with a trivial signature for any message", () => {
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(IDENTITY_KEY).toString("base64url") },
      format: "jwk",
    });
    expect(verify(null, ascii("any message at all"), key, TRIVIAL_SIGNATURE)).toBe(true);
    expect(ed25519.verify(TRIVIAL_SIGNATURE, ascii("any message at all"), IDENTITY_KEY)).toBe(true);
  });
});

describe.each([nativeCrypto, sodium ?? []].flat())("$name against noble", (fast: CryptoPrimitives) => {
  it("hashes", () => {
    fc.assert(
      fc.property(message, bytes(32), (text, key) => {
        expect(fast.sha256(text)).toEqual(nobleCrypto.sha256(text));
        expect(fast.blake2s(text)).toEqual(nobleCrypto.blake2s(text));
        expect(fast.hmacBlake2s(key, text)).toEqual(nobleCrypto.hmacBlake2s(key, text));
        // RFC 2104: a key longer than a block of 64 bytes is hashed first.
        expect(fast.hmacBlake2s(text, key)).toEqual(nobleCrypto.hmacBlake2s(text, key));
        expect(fast.keyedBlake2s128(key, text)).toEqual(nobleCrypto.keyedBlake2s128(key, text));
        const short = key.subarray(0, 1 + ((key[0] ?? 0) % 32));
        expect(fast.keyedBlake2s128(short, text)).toEqual(nobleCrypto.keyedBlake2s128(short, text));
      }),
    );
  });

  it("X25519", () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), (secret, point) => {
        const [key, reference] = [fast.x25519Key(secret), nobleCrypto.x25519Key(secret)];
        expect(key.publicKey).toEqual(reference.publicKey);
        const expected = reference.agree(point);
        expect(key.agree(point)).toEqual(expected);
        expect(key.clone().agree(point)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("Ed25519, with signatures flipped in one bit", () => {
    fc.assert(
      fc.property(bytes(32), message, fc.nat(511), (seed, text, bit) => {
        const key = nobleCrypto.ed25519PublicKey(seed);
        expect(fast.ed25519PublicKey(seed)).toEqual(key);
        const signature = fast.ed25519Sign(seed, text);
        expect(signature).toEqual(nobleCrypto.ed25519Sign(seed, text));
        const flipped = signature.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        for (const crypto of [fast, nobleCrypto]) {
          expect(crypto.ed25519Verify(key, text, signature)).toBe(true);
          expect(crypto.ed25519Verify(key, text, flipped)).toBe(false);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("ChaCha20-Poly1305, each opens what the other sealed and neither opens what was changed", () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), message, message, fc.nat(), (key, nonce, associated, text, position) => {
        const [native, noble] = [fast.chacha20Poly1305(key), nobleCrypto.chacha20Poly1305(key)];
        const sealed = native.seal(nonce, associated, text);
        expect(sealed).toEqual(noble.seal(nonce, associated, text));
        for (const aead of [native, noble]) {
          const into = new Uint8Array(sealed.length + 3);
          aead.sealInto(into.subarray(3), nonce, associated, text);
          expect(into).toEqual(Uint8Array.of(0, 0, 0, ...sealed));
        }
        const changed = sealed.slice();
        const at = position % sealed.length;
        changed[at] = (changed[at] ?? 0) ^ 1;
        for (const aead of [native, noble]) {
          expect(aead.open(nonce, associated, sealed)).toEqual(text);
          expect(aead.open(nonce, associated, changed)).toBeUndefined();
          // What stands before it in the same memory is a packet's header.
          const inPlace = Uint8Array.of(1, 2, 3, ...sealed);
          const tag = sealed.slice(text.length);
          expect(aead.openInPlace(nonce, associated, inPlace.subarray(3, 3 + text.length), tag)).toEqual(text);
          expect(inPlace.subarray(0, 3)).toEqual(Uint8Array.of(1, 2, 3));
          expect(inPlace.subarray(3 + text.length)).toEqual(tag);
          expect(tag).toEqual(sealed.subarray(text.length));
          const [changedText, changedTag] = [changed.slice(0, text.length), changed.slice(text.length)];
          expect(aead.openInPlace(nonce, associated, changedText, changedTag)).toBeUndefined();
        }
      }),
    );
  });
});

describe("acceptable Ed25519 keys", () => {
  // Requirement: I-8
  it("are canonical and not of small order, whatever the sign bit", () => {
    for (const point of ED25519_TORSION_SUBGROUP) {
      for (const sign of [0x00, 0x80]) {
        const key = unhex(point);
        key[31] = ((key[31] ?? 0) & 0x7f) | sign;
        expect(isAcceptableEd25519Key(key)).toBe(false);
      }
    }
  });

  it("end below the field prime", () => {
    const prime = new Uint8Array(32).fill(0xff);
    prime[31] = 0x7f;
    for (const [lowest, accepted] of [
      [0xeb, true],
      [0xec, false], // p - 1 has order 2
      [0xed, false],
      [0xff, false],
    ] as const) {
      prime[0] = lowest;
      expect(isAcceptableEd25519Key(prime)).toBe(accepted);
    }
    prime[0] = 0xff;
    prime[15] = 0xfe;
    expect(isAcceptableEd25519Key(prime)).toBe(true);
  });
});

function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "ascii"));
}

function unhex(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array(0);
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString("hex");
}

it("libsodium is found where it is installed, and nowhere else", () => {
  expect(sodium?.name).toBe("sodium");
  expect(findSodium("/nowhere/at/all.js")).toBeUndefined();
});

it.each([
  [[], "sodium"],
  [["crypto_aead_chacha20poly1305_ietf_decrypt_detached"], undefined],
  [["crypto_scalarmult_base"], undefined],
])("a package that lacks %j is %s", (lacking, name) => {
  const folder = mkdtempSync(join(tmpdir(), "udpsec-sodium-"));
  try {
    const here = join(folder, "node_modules/sodium-native");
    mkdirSync(here, { recursive: true });
    const whole = JSON.stringify(join(ROOT, "node_modules/sodium-native"));
    const taken = lacking.map((call) => `delete exports.${call};`).join("");
    writeFileSync(join(here, "index.js"), `Object.assign(exports, require(${whole}));${taken}`);
    expect(findSodium(join(folder, "start.js"))?.name).toBe(name);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
