import { createHash } from "node:crypto";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { loadProfile, profileNames } from "../profiles/load.ts";
import { guestConfiguration } from "./guest-configuration.ts";
import { makeIdentity } from "./identities.ts";

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** Of a daemon on the host. */
const PORTS = new Map([["h", 40_000]]);

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

describe("configuration of the guests", () => {
  const ours = profileNames().map((name) => loadProfile(name).profile);

  it.each(ours.filter(({ node }) => node.every(({ guest }) => guest !== "busybox")))(
    "$name is accepted by the guest",
    (profile) => {
      for (const node of profile.node) {
        const text = JSON.stringify(guestConfiguration(profile, node, "r", "s", PORTS));
        const parsed = parseGuestConfiguration(text);
        expect(parsed.processes).toHaveLength(node.process.length);
        expect(parsed).toMatchObject({ node: node.name, keyLog: profile.keyLog });
      }
    },
  );

  it("puts everybody but oneself into the peer table, with the identity that one has", () => {
    const { profile } = loadProfile("udp-sec");
    const [node] = profile.node;
    if (node === undefined) throw new Error("no node");
    const [daemon, selftest] = guestConfiguration(profile, node, "r", "s", PORTS).processes;
    expect(daemon?.peers).toMatchObject([{ name: "a-selftest", deviceId: makeIdentity("s", "a/selftest").deviceId }]);
    expect(selftest).toMatchObject({
      target: "a-dsoftbusd",
      namespace: "second",
      peers: [{ name: "a-dsoftbusd", staticKey: makeIdentity("s", "a/dsoftbusd").staticKey, host: "10.24.0.1" }],
    });
    expect(daemon).toMatchObject({ allowUnknownPeers: false, listen: { host: "10.24.0.1", port: 37_024 } });
  });
});
