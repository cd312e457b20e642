import { legNames, type GatewaySite } from "../fabric/switched-networks.ts";
import type { GuestKind } from "../guests/guest-kind.ts";
import { guestKind } from "../guests/registry.ts";
import { addressesOf, gatewayPlanOf, networkOf, type ListeningPorts, type NodeAddresses } from "./addressing.ts";
import { guestConfiguration, type RunKey } from "./guest-configuration.ts";
import { liarPlan } from "./liar-plan.ts";
import { suitePlan } from "./suite-plan.ts";
import type { NetworkKind, Topology, TopologyLink, TopologyNode } from "./topology.ts";

/** What a topology comes to for one run: all that is known before anything is started. */
export interface Plan extends RunKey {
  readonly topology: Topology;
  readonly nodes: readonly NodeNeeds[];
  /** NICs on our switch and the faults between them; undefined: nobody needs a switch. */
  readonly fabric: FabricPlan | undefined;
}

/** What one node needs. */
export interface NodeNeeds {
  readonly node: TopologyNode;
  readonly kind: GuestKind;
  readonly addresses: NodeAddresses;
  /** What the machine's NICs are plugged into, in their order; a hub takes several NICs, the others one. */
  readonly plugs: readonly PlugPlan[];
  /** What the guest's program is told. @param ports of daemons on the host, which listen before the machines start */
  readonly configuration: (ports: ListeningPorts) => string;
  /** What a peer that lies is told. @param guestPort of the host's loopback, leads into the machine; undefined: it tells none */
  readonly liar?: (guestPort: number) => string;
  /** What the suite's process is told. @param guestPort as for a liar; undefined: it is none */
  readonly suite?: (guestPort: number) => string;
}

export interface PlugPlan {
  readonly kind: NetworkKind;
  readonly macs: readonly string[];
  /** Index of the first NIC. */
  readonly nic: number;
  /** The other nodes on the network. */
  readonly others: readonly string[];
}

export interface FabricPlan {
  readonly nics: readonly { readonly node: string; readonly nic: number; readonly network: string }[];
  readonly gateway?: GatewaySite;
  readonly links: readonly TopologyLink[];
}

/** @returns by NIC of the switch (`a.0`), a gateway's legs among them, its network */
export function networksOfNics({ fabric }: Pick<Plan, "fabric">): ReadonlyMap<string, string> {
  const nics = (fabric?.nics ?? []).map(({ node, nic, network }): [string, string] => [`${node}.${nic}`, network]);
  if (fabric?.gateway === undefined) return new Map(nics);
  const { plan, networks } = fabric.gateway;
  const legs = legNames(plan);
  return new Map([...nics, [legs.inside, networks.inside], [legs.outside, networks.outside]]);
}

/** @throws RangeError for a NIC on a network that the topology doesn't have */
export function planTopology(topology: Topology, run: RunKey): Plan {
  const { seed, nonce } = run;
  const nodes = topology.nodes.map((node) => planNode(topology, node, run));
  const nics = nodes.flatMap(({ node, plugs }) =>
    plugs
      .filter(({ kind }) => kind === "fabric")
      .map(({ nic }) => ({ node: node.name, nic, network: node.nics[nic]?.network ?? "" })),
  );
  const fabric = { nics, ...gatewayOf(topology), links: topology.links };
  return { topology, seed, nonce, nodes, fabric: nics.length === 0 ? undefined : fabric };
}

function gatewayOf(topology: Topology): { readonly gateway?: GatewaySite } {
  const plan = gatewayPlanOf(topology);
  if (plan === undefined || topology.gateway === undefined) return {};
  const { inside, outside } = topology.gateway;
  return { gateway: { plan, networks: { inside, outside } } };
}

function planNode(topology: Topology, node: TopologyNode, run: RunKey): NodeNeeds {
  const kind = guestKind(node.guest);
  const addresses = addressesOf(topology, node);
  return {
    node,
    kind,
    addresses,
    plugs: kind.hasNics ? plugsOf(topology, node, addresses.macs) : [],
    ...(node.lies === undefined
      ? {}
      : { liar: (guestPort: number) => JSON.stringify(liarPlan(topology, node, run, guestPort)) }),
    ...(node.cases === undefined
      ? {}
      : { suite: (guestPort: number) => JSON.stringify(suitePlan(topology, node, run, guestPort)) }),
    configuration: (ports) => kind.fixedConfiguration ?? JSON.stringify(guestConfiguration(topology, node, run, ports)),
  };
}

function plugsOf(topology: Topology, node: TopologyNode, macs: readonly string[]): PlugPlan[] {
  const plugs: (PlugPlan & { readonly network: string; readonly macs: string[] })[] = [];
  node.nics.forEach((nic, at) => {
    const { name, kind } = networkOf(topology, nic);
    const mac = macs[at] ?? "";
    const hub = plugs.find((plug) => kind === "hub" && plug.network === name);
    const others = topology.nodes.filter(
      (other) => other !== node && other.nics.some(({ network }) => network === name),
    );
    if (hub !== undefined) hub.macs.push(mac);
    else plugs.push({ kind, network: name, macs: [mac], nic: at, others: others.map((other) => other.name) });
  });
  return plugs.map(({ kind, macs: plugged, nic, others }) => ({ kind, macs: plugged, nic, others }));
}
