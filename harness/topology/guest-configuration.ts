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
import { contentSeedOf, runNameOf } from "./identities.ts";
import { aliasOf, identityOf, residentsOf, strangerOf, suiteDevicesOf, type Resident } from "./residents.ts";
import type { Topology, TopologyNode } from "./topology.ts";

/**
 * Of qlog, for all processes of a node: about 9,000 packets with what they cause. An event port takes 16 MiB in a run (channel-limit.ts), and
 * a machine may boot twice.
 */
const QLOG_BYTES = 6 * 1024 * 1024;

/** What tells one run of a topology from others. */
export interface RunKey {
  /** Decides the faults, and nothing else; shown in the events. */
  readonly seed: string;
  /** Makes identities and content (`freshNonce`). */
  readonly nonce: string;
}

/** @returns what one node's agent is told */
export function guestConfiguration(
  topology: Topology,
  node: TopologyNode,
  { nonce }: RunKey,
  ports: ListeningPorts,
): GuestConfiguration {
  const residents = residentsOf(topology);
  const around = { topology, residents, nonce, ports };
  const own = residents.filter((resident) => resident.node === node);
  return {
    version: 1,
    run: runNameOf(nonce),
    node: node.name,
    processes: own.map((self) => processConfiguration(around, self)),
    keyLog: node.keyLog ?? topology.keyLog,
    ...(topology.qlog === true ? { qlogBytes: Math.floor(QLOG_BYTES / Math.max(1, own.length)) } : {}),
    lingerMs: topology.lingerMs,
  };
}

interface Surroundings {
  readonly topology: Topology;
  readonly residents: readonly Resident[];
  readonly nonce: string;
  readonly ports: ListeningPorts;
}

function processConfiguration(around: Surroundings, self: Resident): ProcessConfiguration {
  const { topology, residents, nonce, ports } = around;
  const { node, process } = self;
  const others = residents.filter((other) => other.process !== process);
  const dials = process.kind === "dsoftbusd" ? process.dials : [];
  const bus: BusConfiguration = {
    namespace: process.namespace,
    identitySeed: identityOf(self, nonce).identitySeed,
    mode: process.mode,
    udpSecEnabled: process.udpSecEnabled,
    entropyPolicy: process.entropyPolicy,
    // Nor does its place in the table tell who a peer is.
    peers: others
      .flatMap((other) => [peer(around, other, dials), ...suitePeers(around, other)])
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    allowUnknownPeers: process.kind === "dsoftbusd" && process.allowUnknownPeers,
  };
  if (process.kind === "dsoftbusd") {
    const host = addressesOf(topology, node).hosts[process.namespace] ?? "0.0.0.0";
    const listen = guestKind(node.guest).hasNics ? host : HOST_LOOPBACK;
    const probing = others.filter((other) => isProbing(other, node));
    return {
      ...bus,
      kind: "dsoftbusd",
      listen: { host: listen, port: sessionPortOf(node, ports) },
      // The probes need them.
      services: SERVICE_NAMES,
      // Beside self-tests of its own it goes on until those are over.
      endsAfter: isAlone(node) ? probing.map((other) => aliasOf(other, nonce)) : [],
    };
  }
  const probes = process.probes.map((name): ProbeConfiguration => {
    const { bulkBytes, messages, seconds } = topology.workload;
    return { name, bytes: bulkBytes, messages, ...(seconds === undefined ? {} : { seconds }) };
  });
  const contentSeed = contentSeedOf(nonce, self.owner);
  const strangerSeed = strangerOf(self, nonce).identitySeed;
  const target = daemonOf(residents, process.target);
  return { ...bus, kind: "selftest", contentSeed, strangerSeed, probes, target: aliasOf(target, nonce) };
}

/** Everybody is in everybody's table; a self-test never listens, but has an identity to be recognised by. */
function peer({ topology, nonce, ports }: Surroundings, other: Resident, dials: readonly string[]): PeerConfiguration {
  const { deviceId, staticKey } = identityOf(other, nonce);
  const host = addressesOf(topology, other.node).hosts[other.process.namespace] ?? "0.0.0.0";
  const isDaemon = other.process.kind === "dsoftbusd";
  return {
    name: aliasOf(other, nonce),
    deviceId,
    staticKey,
    host,
    port: sessionPortOf(other.node, ports),
    dial: isDaemon && dials.includes(other.node.name),
  };
}

/** Nobody dials them. */
function suitePeers(around: Surroundings, other: Resident): PeerConfiguration[] {
  const { host, port } = peer(around, other, []);
  return suiteDevicesOf(other, around.nonce).map(({ alias: name, identity: { deviceId, staticKey } }) => {
    return { name, deviceId, staticKey, host, port, dial: false };
  });
}

/** @throws RangeError if there is none */
function daemonOf(residents: readonly Resident[], node: string): Resident {
  const found = residents.find((other) => other.node.name === node && other.process.kind === "dsoftbusd");
  if (found === undefined) throw new RangeError(`${node} has no daemon`);
  return found;
}

function isProbing({ process }: Resident, node: TopologyNode): boolean {
  return process.kind === "selftest" && process.target === node.name;
}

function isAlone({ processes }: TopologyNode): boolean {
  return processes.every(({ kind }) => kind === "dsoftbusd");
}
