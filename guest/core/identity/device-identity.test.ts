import { createHash, createPrivateKey, sign } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../bytes/hex.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import { WipedKeyError } from "../crypto/wiped-key.ts";
import { DeviceIdentity, IdentityError } from "./device-identity.ts";
import { PROOF_BYTES, verifyProof } from "./proof.ts";

const SEED = new Uint8Array(32).map((_, index) => index);

describe("device identity", () => {
  // Not at the top of the file: what throws there fails no test by name.
  let identity: DeviceIdentity;
  beforeEach(() => (identity = new DeviceIdentity(nobleCrypto, SEED)));

  // Requirements: I-1, I-2, I-3, I-4
  it("is named by the hash of its key, and its static secret follows from the seed", () => {
    // RFC 8032's key of this seed, by OpenSSL.
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), SEED]);
    const x = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }).export({ format: "jwk" }).x ?? "";
    expect(Buffer.from(identity.publicKey).toString("base64url")).toBe(x);
    expect(identity.deviceId).toBe(createHash("sha256").update(identity.publicKey).digest("hex"));
    const secret = createHash("sha256").update(SEED).digest();
    secret[0] = (secret[0] ?? 0) & 0xf8;
    secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40;
    expect(toHex(identity.staticSecret)).toBe(secret.toString("hex"));
    expect(identity.staticPublicKey).toEqual(nobleCrypto.x25519Key(new Uint8Array(secret)).publicKey);
  });

  // Requirements: I-5, I-7
  it("signs the digest of tag and static key: checked with OpenSSL", () => {
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), SEED]);
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    for (const [side, tag] of [
      ["server", "server-static"],
      ["client", "client-static"],
    ] as const) {
      const digest = createHash("sha256").update(tag).update(identity.staticPublicKey).digest();
      const expected = Buffer.concat([identity.publicKey, sign(null, digest, key)]);
      expect(toHex(identity.proof(side))).toBe(expected.toString("hex"));
    }
  });

  // Requirements: I-6, I-9
  it("proves itself on its own side, with its own static key, and in no other way", () => {
    const proof = identity.proof("client");
    expect(proof).toHaveLength(PROOF_BYTES);
    const check = (side: "server" | "client", bytes: Uint8Array, key = identity.staticPublicKey) =>
      verifyProof(nobleCrypto, side, bytes, key);
    expect(check("client", proof)).toEqual({ publicKey: identity.publicKey, deviceId: identity.deviceId });
    expect(check("server", proof)).toBeUndefined();
    expect(check("client", proof, identity.publicKey)).toBeUndefined();
    expect(check("client", proof.subarray(1))).toBeUndefined();
    expect(check("client", Uint8Array.of(...proof, 0))).toBeUndefined();
    for (let bit = 0; bit < PROOF_BYTES * 8; bit += 37) {
      const changed = proof.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(check("client", changed)).toBeUndefined();
    }
    // The identity point with its trivial signature proves nothing.
    expect(check("client", new Uint8Array(96).fill(1, 0, 1).fill(1, 32, 33))).toBeUndefined();
  });

  it("refuses a seed of another length and forgets its secret", () => {
    for (const length of [31, 33]) {
      expect(() => new DeviceIdentity(nobleCrypto, new Uint8Array(length))).toThrow(IdentityError);
    }
    const forgetful = new DeviceIdentity(nobleCrypto, SEED);
    forgetful.wipe();
    expect(forgetful.staticSecret.every((byte) => byte === 0)).toBe(true);
    expect(() => forgetful.staticKey.agree(identity.staticPublicKey)).toThrow(WipedKeyError);
  });
});
