import type { GatewayPlan, Leg } from "../fabric/gateway/gateway-plan.ts";
import type { NicPlan, RoutePlan } from "../guests/network-plan.ts";
import { guestKind } from "../guests/registry.ts";
import type { Topology, TopologyNetwork, TopologyNic, TopologyNode } from "./topology.ts";

/** Inside the guests, where nobody else lives: a fixed port disturbs no other run. */
export const SESSION_PORT = 37_024;
const SUBNET = "10.24";
/** Of a gateway, in each of its networks. */
const GATEWAY_HOST = 254;
const PREFIX_LENGTH = 24;
/** QEMU's user networking gives these. */
const SLIRP_GUEST = "10.0.2.15";
const SLIRP_HOST = "10.0.2.2";
/** Its own stations on the link: the addresses, behind two bytes of its own. */
const SLIRP_STATION = { mac: "52:55:0a:00:02:02", ip: SLIRP_HOST } as const;
const SLIRP_ROUTER = { mac: "52:56:00:00:00:02", ip: "fe80::2" } as const;
/** Where user networking delivers what the guest sends to `SLIRP_HOST`. */
export const HOST_LOOPBACK = "127.0.0.1";

export interface NodeAddresses {
  readonly nics: readonly NicPlan[];
  readonly routes: readonly RoutePlan[];
  /** In the order of the NICs. */
  readonly macs: readonly string[];
  /** Where others reach it, by network namespace. */
  readonly hosts: Readonly<Partial<Record<"root" | "second", string>>>;
}

/**
 * Addresses of one node: functions of the topology alone, so that two runs can be compared.
 *
 * @throws RangeError for a NIC on a network that the topology doesn't have
 */
export function addressesOf(topology: Topology, node: TopologyNode): NodeAddresses {
  const index = topology.nodes.indexOf(node);
  const attached = node.nics.map((nic) => ({ nic, network: networkOf(topology, nic) }));
  const hosts: Partial<Record<"root" | "second", string>> = {};
  for (const { nic, network } of attached) hosts[nic.namespace] ??= hostOf(topology, node, nic, network);
  if (!guestKind(node.guest).hasNics) return { nics: [], routes: [], macs: [], hosts };
  return {
    nics: attached.map(({ nic, network }) => nicPlan(nic, hostOf(topology, node, nic, network))),
    routes: routesOf(topology, attached),
    macs: attached.map((_, at) => macAddress(index, at)),
    hosts,
  };
}

/** Each namespace's way out of its networks, if there is one. */
function routesOf(
  topology: Topology,
  attached: readonly { readonly nic: TopologyNic; readonly network: TopologyNetwork }[],
): RoutePlan[] {
  const routes = attached.flatMap(({ nic: { namespace }, network }): RoutePlan[] => {
    const gateway = network.kind === "user" ? SLIRP_HOST : legAt(topology, network.name);
    return gateway === undefined ? [] : [{ namespace, destination: "default", gateway }];
  });
  return routes.filter((route, at) => routes.findIndex(({ namespace }) => namespace === route.namespace) === at);
}

function legAt({ gateway, networks }: Topology, network: string): string | undefined {
  if (gateway?.inside !== network && gateway?.outside !== network) return undefined;
  return `${SUBNET}.${networks.findIndex(({ name }) => name === network)}.${GATEWAY_HOST}`;
}

/** @returns what the switch needs of a topology's gateway: its addresses in both networks */
export function gatewayPlanOf(topology: Topology): GatewayPlan | undefined {
  const { gateway } = topology;
  if (gateway === undefined) return undefined;
  const { name, mapping, filtering, udpTimeoutMs } = gateway;
  const leg = (which: Leg, at: number) => ({
    address: legAt(topology, gateway[which]) ?? "",
    mac: `52:54:00:24:ff:0${at}`,
  });
  return { name, legs: { inside: leg("inside", 0), outside: leg("outside", 1) }, mapping, filtering, udpTimeoutMs };
}

/** @throws RangeError */
export function networkOf(topology: Topology, nic: TopologyNic): TopologyNetwork {
  const found = topology.networks.find(({ name }) => name === nic.network);
  if (found === undefined) throw new RangeError(`topology ${topology.name} has no network ${nic.network}`);
  return found;
}

function nicPlan({ namespace, mtuBytes, advmssBytes }: TopologyNic, host: string): NicPlan {
  return {
    namespace,
    address: `${host}/${PREFIX_LENGTH}`,
    ...(mtuBytes === undefined ? {} : { mtuBytes }),
    ...(advmssBytes === undefined ? {} : { advmssBytes }),
  };
}

/** Numbered in the order of the nodes and their NICs, each network in a subnet of its own. */
function hostOf(topology: Topology, node: TopologyNode, nic: TopologyNic, network: TopologyNetwork): string {
  if (network.kind === "user") return guestKind(node.guest).hasNics ? SLIRP_GUEST : SLIRP_HOST;
  const plugged = topology.nodes.flatMap(({ nics }) => nics.filter((other) => other.network === network.name));
  return `${SUBNET}.${topology.networks.indexOf(network)}.${plugged.indexOf(nic) + 1}`;
}

/** @returns what QEMU's user network is on a link of that kind: it hangs on a hub too, without IPv4 */
export function userNetworkStations(
  kind: TopologyNetwork["kind"],
): readonly { readonly mac: string; readonly ip: string }[] {
  if (kind === "user") return [SLIRP_STATION, SLIRP_ROUTER];
  return kind === "hub" ? [SLIRP_ROUTER] : [];
}

function macAddress(node: number, nic: number): string {
  const octet = (value: number): string => value.toString(16).padStart(2, "0");
  return `52:54:00:24:${octet(node + 1)}:${octet(nic)}`;
}

/** Ports on which daemons listen, where they are not `SESSION_PORT`: those on the host take any free one. */
export type ListeningPorts = ReadonlyMap<string, number>;

/** @returns the port that others dial, 0 while it is not known */
export function sessionPortOf(node: TopologyNode, ports: ListeningPorts): number {
  return ports.get(node.name) ?? (guestKind(node.guest).hasNics ? SESSION_PORT : 0);
}
