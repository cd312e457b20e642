import { guestKind } from "../guests/registry.ts";
import { linkRulesOfProfile } from "../fabric/profile-links.ts";
import { gatewayOf, networkNames, networkOfNic, nicNamespaces } from "../profiles/node-nics.ts";
import { ordersTo } from "../profiles/orders.ts";
import type { Profile, ProfileNode } from "../profiles/schema.ts";
import type { Topology, TopologyGateway, TopologyNic, TopologyNode } from "./topology.ts";

/** Longer than any run: a slow machine gets more than the profile's timeout. */
const AS_LONG_AS_IT_TAKES_MS = 86_400_000;

/**
 * @param takesAnyOrder code may tell nodes more than the profile's actions do: whoever can take orders listens for them
 * @returns what a profile boots, without what it expects of it; pure
 */
export function topologyOfProfile(profile: Profile, takesAnyOrder = false): Topology {
  const { network } = profile;
  return {
    name: profile.name,
    nodes: profile.node.map((node) => topologyNode(profile, node, takesAnyOrder)),
    networks: network.kind === "none" ? [] : networkNames(profile).map((name) => ({ name, kind: network.kind })),
    ...topologyGateway(profile),
    links: linkRulesOfProfile(profile),
    keyLog: profile.keyLog,
    ...(profile.qlog === true ? { qlog: true } : {}),
    // Where there are peers on other machines, daemons go on until the run tells them to end: their peers may still need them.
    lingerMs: profile.linger ?? (profile.node.length > 1 ? AS_LONG_AS_IT_TAKES_MS : 0),
    workload: profile.workload,
  };
}

function topologyGateway(profile: Profile): { readonly gateway?: TopologyGateway } {
  const written = gatewayOf(profile);
  if (written === undefined) return {};
  const { udpTimeout: udpTimeoutMs, ...gateway } = written;
  return { gateway: { ...gateway, udpTimeoutMs } };
}

function topologyNode(profile: Profile, node: ProfileNode, takesAnyOrder: boolean): TopologyNode {
  const isTold = takesAnyOrder ? canBeTold(node) : ordersTo(profile, node.name).length > 0;
  return {
    name: node.name,
    guest: node.guest,
    nics: nicsOf(profile, node),
    ...(node.memoryMib === undefined ? {} : { memoryMib: node.memoryMib }),
    hasRng: node.rng,
    ...consolesOf(node),
    ...(isTold ? { takesOrders: true } : {}),
    ...(node.keyLog === undefined ? {} : { keyLog: node.keyLog }),
    ...(node.lies === undefined ? {} : { lies: node.lies }),
    ...(node.cases === undefined ? {} : { cases: node.cases }),
    processes: node.process,
  };
}

function canBeTold({ guest }: ProfileNode): boolean {
  const { can } = guestKind(guest);
  return can.has("exec") || can.has("set-clock");
}

/** Those that a rung names. */
function consolesOf({ rung }: ProfileNode): Pick<TopologyNode, "consoles"> {
  const named = new Set(rung.flatMap(({ console }) => console ?? []));
  return named.size === 0 ? {} : { consoles: [...named] };
}

function nicsOf(profile: Profile, node: ProfileNode): TopologyNic[] {
  return nicNamespaces(profile, node).map((namespace, at) => ({
    network: networkOfNic(profile, node, at),
    namespace,
    ...(node.mtu === undefined ? {} : { mtuBytes: node.mtu }),
    ...(node.advmss === undefined ? {} : { advmssBytes: node.advmss }),
  }));
}
