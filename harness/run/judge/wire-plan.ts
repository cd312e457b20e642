import type { PlannedLeg, Socket, Station, Wire, WirePlan } from "../../evidence/scene/wire-plan.ts";
import { LEGS, otherLeg, type Leg } from "../../fabric/gateway/gateway-plan.ts";
import { legNames } from "../../fabric/switched-networks.ts";
import { networkOf, sessionPortOf, userNetworkStations, type ListeningPorts } from "../../topology/addressing.ts";
import type { NodeNeeds, Plan } from "../../topology/plan.ts";

/** @param ports of daemons on the host @returns who may speak on the wire of each NIC, and where somebody listens */
export function wirePlanOf(plan: Plan, ports: ListeningPorts): WirePlan {
  const { topology, nodes } = plan;
  const wires = topology.networks.map(({ name, kind }): [string, Wire] => {
    const residents = nodes.filter(({ node }) => isOn(node, name));
    const ofUserNetwork = userNetworkStations(kind).map((station): Station => ({ ...station, tap: undefined }));
    const gateway = gatewayAt(plan, name);
    const stations = [...residents.flatMap((needs) => stationsOf(needs, name)), ...ofUserNetwork, ...gateway.stations];
    const known = nodes.filter(({ node }) => [name, ...gateway.leadsTo].some((one) => isOn(node, one)));
    const listeners = known.flatMap((needs) => listenersOf(needs, ports));
    const probing = residents.flatMap(({ node }) => node.processes).filter(isGateProbe);
    const hosts = gateway.leadsTo.flatMap((other) =>
      known.flatMap((needs) => stationsOf(needs, other).map(({ ip }) => ip)),
    );
    const beyond = gateway.stations.map(({ mac }) => ({ beyond: { mac, hosts } }));
    return [name, { stations, listeners, ...beyond[0], gateProbes: probing.length }];
  });
  const byNetwork = new Map(wires);
  const taps = nodes.flatMap(({ node, kind }) =>
    (kind.hasNics ? node.nics : []).flatMap((nic, at): [string, Wire][] => {
      const wire = byNetwork.get(networkOf(topology, nic).name);
      return wire === undefined ? [] : [[`${node.name}.${at}`, wire]];
    }),
  );
  return { wires: Object.fromEntries(taps), ...gatewayOf(plan, byNetwork) };
}

function isOn({ nics }: NodeNeeds["node"], network: string): boolean {
  return nics.some((nic) => nic.network === network);
}

/** @returns its leg on a network as a station of it, and the network that it leads to */
function gatewayAt({ fabric }: Plan, network: string): { stations: readonly Station[]; leadsTo: readonly string[] } {
  const { gateway } = fabric ?? {};
  const leg = LEGS.find((one) => gateway?.networks[one] === network);
  if (gateway === undefined || leg === undefined) return { stations: [], leadsTo: [] };
  const { mac, address: ip } = gateway.plan.legs[leg];
  const station = { mac, ip, tap: legNames(gateway.plan)[leg] };
  return { stations: [station], leadsTo: [gateway.networks[otherLeg(leg)]] };
}

function gatewayOf({ fabric }: Plan, wires: ReadonlyMap<string, Wire>): Pick<WirePlan, "gateway"> {
  const { gateway } = fabric ?? {};
  if (gateway === undefined) return {};
  const { mapping, filtering, udpTimeoutMs, legs } = gateway.plan;
  const legOf = (leg: Leg): PlannedLeg => ({
    tap: legNames(gateway.plan)[leg],
    mac: legs[leg].mac,
    ip: legs[leg].address,
    wire: wires.get(gateway.networks[leg]) ?? { stations: [], listeners: [], gateProbes: 0 },
  });
  return { gateway: { inside: legOf("inside"), outside: legOf("outside"), mapping, filtering, udpTimeoutMs } };
}

function stationsOf({ node, kind, addresses }: NodeNeeds, network: string): Station[] {
  if (!kind.hasNics) return [];
  return node.nics.flatMap((nic, at): Station[] => {
    const [mac, plan] = [addresses.macs[at], addresses.nics[at]];
    if (nic.network !== network || mac === undefined || plan === undefined) return [];
    return [{ mac, ip: plan.address.slice(0, plan.address.indexOf("/")), tap: `${node.name}.${at}` }];
  });
}

function listenersOf({ node, addresses }: NodeNeeds, ports: ListeningPorts): Socket[] {
  const port = sessionPortOf(node, ports);
  const ips = node.processes.flatMap(({ kind, namespace }) =>
    kind === "dsoftbusd" ? (addresses.hosts[namespace] ?? []) : [],
  );
  // Two daemons, one for each transport, listen at one place.
  return [...new Set(ips)].map((ip): Socket => ({ ip, port }));
}

function isGateProbe(process: NodeNeeds["node"]["processes"][number]): boolean {
  return process.kind === "selftest" && process.probes.includes("rng-gate");
}
