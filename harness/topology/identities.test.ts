import { createHash } from "node:crypto";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { makeIdentity } from "./identities.ts";

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

describe("identities", () => {
  it("are what another implementation of the curves makes of the seed", () => {
    for (const owner of ["a/dsoftbusd", "a/selftest", "b/dsoftbusd"]) {
      const { identitySeed, deviceId, staticKey } = makeIdentity("run", owner);
      const seed = Buffer.from(identitySeed, "hex");
      expect(deviceId).toBe(sha256(ed25519.getPublicKey(seed)).toString("hex"));
      expect(staticKey).toBe(Buffer.from(x25519.getPublicKey(sha256(seed))).toString("hex"));
    }
  });

  it("follow from the seed of the run and from nothing else", () => {
    expect(makeIdentity("run", "a/dsoftbusd")).toEqual(makeIdentity("run", "a/dsoftbusd"));
    const different = [
      makeIdentity("run", "a/dsoftbusd"),
      makeIdentity("run", "a/selftest"),
      makeIdentity("ruN", "a/dsoftbusd"),
    ];
    expect(new Set(different.map(({ deviceId }) => deviceId)).size).toBe(3);
  });
});
