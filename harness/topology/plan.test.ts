import { describe, expect, it } from "vitest";
import { loadProfile } from "../profiles/load.ts";
import { networksOfNics, planTopology, type NodeNeeds, type Plan } from "./plan.ts";
import { topologyOfProfile } from "./profile-topology.ts";
import type { Topology, TopologyNode } from "./topology.ts";

const planOf = (profile: string): Plan =>
  planTopology(topologyOfProfile(loadProfile(profile).profile), { seed: "s", nonce: "n" });

const shortly = ({ addresses, plugs }: NodeNeeds) => ({
  addresses: addresses.nics.map(({ namespace, address }) => `${namespace} ${address}`),
  plugs: plugs.map(({ kind, macs, others }) => [kind, ...macs, ...others].join(" ")),
});

describe("the plan of a profile", () => {
  it("gives the one machine on a hub two NICs on one plug, a namespace each", () => {
    const plan = planOf("udp-sec-hub");
    expect(plan.fabric).toBeUndefined();
    expect(plan.nodes.map(shortly)).toEqual([
      {
        addresses: ["root 10.24.0.1/24", "second 10.24.0.2/24"],
        plugs: ["hub 52:54:00:24:01:00 52:54:00:24:01:01"],
      },
    ]);
  });

  it("gives one machine alone on the switch a NIC for each of its namespaces, a plug each", () => {
    const plan = planOf("udp-sec");
    expect(plan.nodes.map(shortly)).toEqual([
      {
        addresses: ["root 10.24.0.1/24", "second 10.24.0.2/24"],
        plugs: ["fabric 52:54:00:24:01:00", "fabric 52:54:00:24:01:01"],
      },
    ]);
    expect(plan.fabric?.nics).toEqual([0, 1].map((nic) => ({ node: "a", nic, network: "net" })));
  });

  it("numbers the machines on the switch, and asks the switch for their NICs and faults", () => {
    const plan = planOf("cross-vm-loss");
    expect(plan.nodes.map(shortly)).toEqual([
      { addresses: ["root 10.24.0.1/24"], plugs: ["fabric 52:54:00:24:01:00 b"] },
      { addresses: ["root 10.24.0.2/24"], plugs: ["fabric 52:54:00:24:02:00 a"] },
    ]);
    expect(plan.fabric?.nics).toEqual(["a", "b"].map((node) => ({ node, nic: 0, network: "net" })));
    expect(plan.fabric?.links.map(({ from, to }) => from + to)).toEqual(["ab", "ba"]);
  });

  it("gives a gateway an address in both its networks, and every machine there the way to it", () => {
    const plan = planOf("router");
    expect(plan.nodes.map(({ addresses }) => addresses.routes)).toEqual([
      [{ namespace: "root", destination: "default", gateway: "10.24.0.254" }],
      [{ namespace: "root", destination: "default", gateway: "10.24.1.254" }],
    ]);
    expect(plan.nodes.map(shortly).map(({ addresses }) => addresses)).toEqual([
      ["root 10.24.0.1/24"],
      ["root 10.24.1.1/24"],
    ]);
    expect(plan.fabric?.gateway).toMatchObject({
      plan: { name: "gw", mapping: "none", filtering: "none", udpTimeoutMs: 300_000 },
      networks: { inside: "near", outside: "far" },
    });
    expect([...networksOfNics(plan)]).toEqual([
      ["a.0", "near"],
      ["b.0", "far"],
      ["gw.0", "near"],
      ["gw.1", "far"],
    ]);
  });

  it("gives what runs on the host an address and no NIC, and the machine a way to it", () => {
    const [machine, host] = planOf("host-peer")
      .nodes.toSorted((a, b) => a.plugs.length - b.plugs.length)
      .reverse();
    expect(machine?.addresses.routes).toEqual([{ namespace: "root", destination: "default", gateway: "10.0.2.2" }]);
    expect(machine?.addresses.hosts).toEqual({ root: "10.0.2.15" });
    expect(host).toMatchObject({ plugs: [], addresses: { nics: [], macs: [], hosts: { root: "10.0.2.2" } } });
  });

  it("tells a foreign guest what its kind says", () => {
    const [foreign] = planOf("foreign").nodes;
    expect(foreign?.configuration(new Map())).toBe("say done");
    expect(foreign?.plugs).toEqual([]);
  });
});

describe("a topology written by hand", () => {
  const node = (name: string, networks: readonly string[]): TopologyNode => ({
    name,
    guest: "udpsec",
    nics: networks.map((network) => ({ network, namespace: "root" as const })),
    hasRng: true,
    processes: [],
  });
  const topology = (nodes: readonly TopologyNode[]): Topology => ({
    name: "by-hand",
    nodes,
    networks: [
      { name: "left", kind: "fabric" },
      { name: "right", kind: "fabric" },
    ],
    links: [],
    keyLog: true,
    lingerMs: 0,
    workload: { bulkBytes: 1, messages: 1 },
  });

  it("may have several networks, each with its own subnet", () => {
    const plan = planTopology(topology([node("a", ["left"]), node("r", ["left", "right"]), node("b", ["right"])]), {
      seed: "s",
      nonce: "n",
    });
    expect(plan.nodes.map(({ addresses }) => addresses.nics.map(({ address }) => address))).toEqual([
      ["10.24.0.1/24"],
      ["10.24.0.2/24", "10.24.1.1/24"],
      ["10.24.1.2/24"],
    ]);
    expect(plan.fabric?.nics.map(({ node: name, nic }) => `${name}.${nic}`)).toEqual(["a.0", "r.0", "r.1", "b.0"]);
  });

  it("is refused when a NIC names a network that isn't there", () => {
    expect(() => planTopology(topology([node("a", ["middle"])]), { seed: "s", nonce: "n" })).toThrow(
      "no network middle",
    );
  });
});
