import type {
  BusConfiguration,
  GuestConfiguration,
  PeerConfiguration,
  ProbeConfiguration,
  ProcessConfiguration,
} from "../../contract/configuration.ts";
import { SERVICE_NAMES } from "../../contract/service-names.ts";
import { guestKind } from "../guests/registry.ts";
import { addressesOf, HOST_LOOPBACK, sessionPortOf, type ListeningPorts } from "./addressing.ts";
import { makeIdentity } from "./identities.ts";
import type { Topology, TopologyNode, TopologyProcess } from "./topology.ts";

interface Resident {
  readonly node: TopologyNode;
  readonly process: TopologyProcess;
}

/** @returns what one node's agent is told @param seed of the run: makes the identities, and is shown in the events */
export function guestConfiguration(
  topology: Topology,
  node: TopologyNode,
  seed: string,
  ports: ListeningPorts,
): GuestConfiguration {
  const residents = topology.nodes.flatMap((owner) =>
    owner.processes.map((process): Resident => ({ node: owner, process })),
  );
  const configure = (process: TopologyProcess): ProcessConfiguration =>
    processConfiguration({ topology, residents, seed, ports }, { node, process });
  return {
    version: 1,
    run: `${topology.name}/${seed}`,
    node: node.name,
    processes: node.processes.map(configure),
    keyLog: topology.keyLog,
    lingerMs: topology.lingerMs,
  };
}

interface Surroundings {
  readonly topology: Topology;
  readonly residents: readonly Resident[];
  readonly seed: string;
  readonly ports: ListeningPorts;
}

function processConfiguration(around: Surroundings, self: Resident): ProcessConfiguration {
  const { topology, residents, seed, ports } = around;
  const { node, process } = self;
  const others = residents.filter((other) => other.process !== process);
  const dials = process.kind === "dsoftbusd" ? process.dials : [];
  const bus: BusConfiguration = {
    namespace: process.namespace,
    identitySeed: makeIdentity(seed, ownerName(self)).identitySeed,
    mode: process.mode,
    udpSecEnabled: process.udpSecEnabled,
    entropyPolicy: process.entropyPolicy,
    peers: others.map((other) => peer(around, other, dials)),
    allowUnknownPeers: process.kind === "dsoftbusd" && process.allowUnknownPeers,
  };
  if (process.kind === "dsoftbusd") {
    const host = addressesOf(topology, node).hosts[process.namespace] ?? "0.0.0.0";
    const listen = guestKind(node.guest).hasNics ? host : HOST_LOOPBACK;
    return {
      ...bus,
      kind: "dsoftbusd",
      listen: { host: listen, port: sessionPortOf(node, ports) },
      // The probes need them.
      services: SERVICE_NAMES,
      endsAfter: others.filter((other) => isProbing(other, node)).map(nameOf),
    };
  }
  const probes = process.probes.map((name): ProbeConfiguration => {
    const { bulkBytes, messages, seconds } = topology.workload;
    return { name, bytes: bulkBytes, messages, ...(seconds === undefined ? {} : { seconds }) };
  });
  return { ...bus, kind: "selftest", probes, target: `${process.target}-dsoftbusd` };
}

/** Everybody is in everybody's table; a self-test never listens, but has an identity to be recognised by. */
function peer({ topology, seed, ports }: Surroundings, other: Resident, dials: readonly string[]): PeerConfiguration {
  const { deviceId, staticKey } = makeIdentity(seed, ownerName(other));
  const host = addressesOf(topology, other.node).hosts[other.process.namespace] ?? "0.0.0.0";
  const isDaemon = other.process.kind === "dsoftbusd";
  return {
    name: nameOf(other),
    deviceId,
    staticKey,
    host,
    port: sessionPortOf(other.node, ports),
    dial: isDaemon && dials.includes(other.node.name),
  };
}

function nameOf({ node, process }: Resident): string {
  return `${node.name}-${process.kind}`;
}

function isProbing({ process }: Resident, node: TopologyNode): boolean {
  return process.kind === "selftest" && process.target === node.name;
}

function ownerName({ node, process }: Resident): string {
  return `${node.name}/${process.kind}`;
}
