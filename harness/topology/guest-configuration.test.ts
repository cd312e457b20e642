import { describe, expect, it } from "vitest";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { MAX_CHANNEL_BYTES } from "../console/channel-limit.ts";
import { loadProfile, profileNames } from "../profiles/load.ts";
import { guestConfiguration } from "./guest-configuration.ts";
import { aliasFor, makeIdentity, runNameOf } from "./identities.ts";
import { planTopology } from "./plan.ts";
import { peerNamer } from "./named-peers.ts";
import { topologyOfProfile } from "./profile-topology.ts";

const KEY = { seed: "s", nonce: "n" };
/** Of daemons on the host. */
const PORTS = new Map([
  ["h", 40_000],
  ["l", 40_001],
  ["m", 40_002],
  ["t", 40_003],
]);

describe("configuration of the guests", () => {
  const topologies = profileNames().map((name) => topologyOfProfile(loadProfile(name).profile));

  it.each(topologies)("$name is accepted by the guests that run our agent", (topology) => {
    for (const { node, kind, configuration } of planTopology(topology, KEY).nodes) {
      if (!kind.runsAgent) {
        expect(configuration(PORTS)).toBe(kind.fixedConfiguration);
        continue;
      }
      const parsed = parseGuestConfiguration(configuration(PORTS));
      expect(parsed.processes).toHaveLength(node.processes.length);
      expect(parsed).toMatchObject({
        node: node.name,
        keyLog: node.keyLog ?? topology.keyLog,
        run: runNameOf(KEY.nonce),
      });
    }
  });

  it("shares what may be told of qlog among the processes, where it is asked for", () => {
    const { profile } = loadProfile("udp-sec");
    const toldOf = (asked: typeof profile) => {
      const topology = topologyOfProfile(asked);
      return topology.nodes.map((node) => guestConfiguration(topology, node, KEY, PORTS));
    };
    expect(toldOf(profile).filter((told) => "qlogBytes" in told)).toEqual([]);
    for (const { processes, qlogBytes = 0 } of toldOf({ ...profile, qlog: true })) {
      expect(qlogBytes).toBeGreaterThan(1024 * 1024);
      // A machine that boots twice stays within what an event port takes.
      expect(2 * processes.length * qlogBytes).toBeLessThan(MAX_CHANNEL_BYTES);
    }
  });

  it("puts everybody but oneself into the peer table, with the identity that one has", () => {
    const topology = topologyOfProfile(loadProfile("udp-sec").profile);
    const [node] = topology.nodes;
    if (node === undefined) throw new Error("no node");
    const [daemon, selftest] = guestConfiguration(topology, node, KEY, PORTS).processes;
    expect(daemon?.peers).toMatchObject([
      { name: aliasFor(KEY.nonce, "a/selftest"), deviceId: makeIdentity(KEY.nonce, "a/selftest").deviceId },
    ]);
    expect(selftest).toMatchObject({
      target: aliasFor(KEY.nonce, "a/dsoftbusd"),
      namespace: "second",
      peers: [
        {
          name: aliasFor(KEY.nonce, "a/dsoftbusd"),
          staticKey: makeIdentity(KEY.nonce, "a/dsoftbusd").staticKey,
          host: "10.24.0.1",
        },
      ],
    });
    expect(daemon).toMatchObject({ allowUnknownPeers: false, listen: { host: "10.24.0.1", port: 37_024 } });
  });

  it("says by no name, and by no place in a table, who a peer is", () => {
    const topology = topologyOfProfile(loadProfile("two-party").profile);
    const [node] = topology.nodes;
    if (node === undefined) throw new Error("no node");
    const tables = ["n", "o"].map((nonce) =>
      guestConfiguration(topology, node, { ...KEY, nonce }, PORTS).processes.map(({ peers }) =>
        peers.map(({ name }) => name),
      ),
    );
    for (const names of tables.flat()) {
      expect(names.filter((name) => !/^peer-[0-9a-f]{12}$/.test(name))).toEqual([]);
      expect(names).toEqual(names.toSorted());
    }
    const [first = [], second = []] = tables.map((table) => table.flat());
    expect(first.filter((name) => second.includes(name))).toEqual([]);
    const named = peerNamer(topology, "n");
    const inFirst = first.map((name) => named(`{"peer":"${name}"}`));
    expect(inFirst).toContain('{"peer":"l-dsoftbusd"}');
    expect(second.map((name) => named(name))).toEqual(second);
  });

  it("takes identities and content from the nonce, and nothing from the seed", () => {
    const topology = topologyOfProfile(loadProfile("udp-sec").profile);
    const [node] = topology.nodes;
    if (node === undefined) throw new Error("no node");
    const secretsOf = (key: typeof KEY): string[] =>
      guestConfiguration(topology, node, key, PORTS).processes.flatMap((process) => [
        process.identitySeed,
        ...process.peers.map(({ deviceId }) => deviceId),
        ...(process.kind === "selftest" ? [String(process.contentSeed), String(process.strangerSeed)] : []),
      ]);
    const own = secretsOf(KEY);
    expect(new Set(own).size).toBe(6);
    expect(secretsOf({ ...KEY, seed: "other" })).toEqual(own);
    const [told, toldElsewhere] = [KEY, { ...KEY, seed: "other" }].map((key) =>
      guestConfiguration(topology, node, key, PORTS),
    );
    // From the seed a peer draws the lies that it tells.
    expect(told).toEqual(toldElsewhere);
    const others = secretsOf({ ...KEY, nonce: "other" });
    expect(own.filter((secret) => others.includes(secret))).toEqual([]);
  });
});
