import { describe, expect, it } from "vitest";
import { parseGuestConfiguration } from "../../contract/parse-configuration.ts";
import { loadProfile, profileNames } from "../profiles/load.ts";
import { guestConfiguration } from "./guest-configuration.ts";
import { makeIdentity } from "./identities.ts";
import { planTopology } from "./plan.ts";
import { topologyOfProfile } from "./profile-topology.ts";

/** Of a daemon on the host. */
const PORTS = new Map([["h", 40_000]]);

describe("configuration of the guests", () => {
  const topologies = profileNames().map((name) => topologyOfProfile(loadProfile(name).profile));

  it.each(topologies)("$name is accepted by the guests that run our agent", (topology) => {
    for (const { node, kind, configuration } of planTopology(topology, "s").nodes) {
      if (!kind.runsAgent) {
        expect(configuration(PORTS)).toBe(kind.fixedConfiguration);
        continue;
      }
      const parsed = parseGuestConfiguration(configuration(PORTS));
      expect(parsed.processes).toHaveLength(node.processes.length);
      expect(parsed).toMatchObject({ node: node.name, keyLog: topology.keyLog, run: `${topology.name}/s` });
    }
  });

  it("puts everybody but oneself into the peer table, with the identity that one has", () => {
    const topology = topologyOfProfile(loadProfile("udp-sec").profile);
    const [node] = topology.nodes;
    if (node === undefined) throw new Error("no node");
    const [daemon, selftest] = guestConfiguration(topology, node, "s", PORTS).processes;
    expect(daemon?.peers).toMatchObject([{ name: "a-selftest", deviceId: makeIdentity("s", "a/selftest").deviceId }]);
    expect(selftest).toMatchObject({
      target: "a-dsoftbusd",
      namespace: "second",
      peers: [{ name: "a-dsoftbusd", staticKey: makeIdentity("s", "a/dsoftbusd").staticKey, host: "10.24.0.1" }],
    });
    expect(daemon).toMatchObject({ allowUnknownPeers: false, listen: { host: "10.24.0.1", port: 37_024 } });
  });
});
