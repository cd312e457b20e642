import { linkRulesOf } from "../fabric/profile-links.ts";
import { guestKind } from "../guests/registry.ts";
import type { Profile, ProfileNode } from "../profiles/schema.ts";
import type { Topology, TopologyNic, TopologyNode } from "./topology.ts";

/** A profile has one network at most, so it needs no name of its own there. */
const NETWORK = "net";

/** @returns what a profile boots, without what it expects of it; pure */
export function topologyOfProfile(profile: Profile): Topology {
  const { network } = profile;
  return {
    name: profile.name,
    nodes: profile.node.map((node) => topologyNode(profile, node)),
    networks: network.kind === "none" ? [] : [{ name: NETWORK, kind: network.kind }],
    links: network.kind === "fabric" ? linkRulesOf(network.link) : [],
    keyLog: profile.keyLog,
    // Where there are peers on other machines, daemons go on until the run tells them to end: their peers may still need them.
    lingerMs: profile.linger ?? (profile.node.length > 1 ? profile.timeout : 0),
    workload: profile.workload,
  };
}

function topologyNode(profile: Profile, node: ProfileNode): TopologyNode {
  return {
    name: node.name,
    guest: node.guest,
    nics: nicsOf(profile, node),
    ...(node.memoryMib === undefined ? {} : { memoryMib: node.memoryMib }),
    hasRng: node.rng,
    ...(node.keyLog === undefined ? {} : { keyLog: node.keyLog }),
    ...(node.lies === undefined ? {} : { lies: node.lies }),
    processes: node.process,
  };
}

function nicsOf({ network }: Profile, node: ProfileNode): TopologyNic[] {
  if (network.kind === "none") return [];
  const nic: TopologyNic = {
    network: NETWORK,
    namespace: "root",
    ...(node.mtu === undefined ? {} : { mtuBytes: node.mtu }),
    ...(node.advmss === undefined ? {} : { advmssBytes: node.advmss }),
  };
  // The guest talks to itself across a wire: daemon and self-test each have a namespace.
  const isAlone = network.kind === "hub" && guestKind(node.guest).hasNics;
  return isAlone ? [nic, { ...nic, namespace: "second" }] : [nic];
}
