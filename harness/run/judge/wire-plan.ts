import type { Socket, Station, Wire, WirePlan } from "../../evidence/scene/wire-plan.ts";
import { networkOf, sessionPortOf, userNetworkStations, type ListeningPorts } from "../../topology/addressing.ts";
import type { NodeNeeds, Plan } from "../../topology/plan.ts";

/** @param ports of daemons on the host @returns who may speak on the wire of each NIC, and where somebody listens */
export function wirePlanOf({ topology, nodes }: Plan, ports: ListeningPorts): WirePlan {
  const wires = topology.networks.map(({ name, kind }): [string, Wire] => {
    const residents = nodes.filter(({ node }) => node.nics.some(({ network }) => network === name));
    const ofUserNetwork = userNetworkStations(kind).map((station): Station => ({ ...station, tap: undefined }));
    const stations = [...residents.flatMap((needs) => stationsOf(needs, name)), ...ofUserNetwork];
    const listeners = residents.flatMap((needs) => listenersOf(needs, ports));
    const probing = residents.flatMap(({ node }) => node.processes).filter(isGateProbe);
    return [name, { stations, listeners, gateProbes: probing.length }];
  });
  const byNetwork = new Map(wires);
  const taps = nodes.flatMap(({ node, kind }) =>
    (kind.hasNics ? node.nics : []).flatMap((nic, at): [string, Wire][] => {
      const wire = byNetwork.get(networkOf(topology, nic).name);
      return wire === undefined ? [] : [[`${node.name}.${at}`, wire]];
    }),
  );
  return { wires: Object.fromEntries(taps) };
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
