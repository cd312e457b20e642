import type {
  BusConfiguration,
  GuestConfiguration,
  PeerConfiguration,
  ProbeConfiguration,
  ProcessConfiguration,
} from "../../contract/configuration.ts";
import { SERVICE_NAMES } from "../../contract/service-names.ts";
import type { Profile, ProfileNode, ProfileProcess } from "../profiles/schema.ts";
import { addressesOf, HOST_LOOPBACK, sessionPortOf, type ListeningPorts } from "./addressing.ts";
import { makeIdentity } from "./identities.ts";

interface Resident {
  readonly node: ProfileNode;
  readonly process: ProfileProcess;
}

/**
 * Where there are peers on other machines, daemons go on until the run tells them to end: their peers may still need them.
 *
 * @returns what one node's agent is told @param run shown in its events @param seed of the run: makes the identities
 */
export function guestConfiguration(
  profile: Profile,
  node: ProfileNode,
  run: string,
  seed: string,
  ports: ListeningPorts,
): GuestConfiguration {
  const residents = profile.node.flatMap((owner) => owner.process.map((process) => ({ node: owner, process })));
  const configure = (process: ProfileProcess): ProcessConfiguration =>
    processConfiguration({ profile, residents, seed, ports }, { node, process });
  return {
    version: 1,
    run,
    node: node.name,
    processes: node.process.map(configure),
    keyLog: profile.keyLog,
    lingerMs: profile.linger ?? (profile.node.length > 1 ? profile.timeout : 0),
  };
}

interface Run {
  readonly profile: Profile;
  readonly residents: readonly Resident[];
  readonly seed: string;
  readonly ports: ListeningPorts;
}

function processConfiguration(run: Run, self: Resident): ProcessConfiguration {
  const { profile, residents, seed, ports } = run;
  const { node, process } = self;
  const others = residents.filter((other) => other.process !== process);
  const dials = process.kind === "dsoftbusd" ? process.dials : [];
  const bus: BusConfiguration = {
    namespace: process.namespace,
    identitySeed: makeIdentity(seed, ownerName(self)).identitySeed,
    mode: process.mode,
    udpSecEnabled: process.udpSecEnabled,
    entropyPolicy: process.entropyPolicy,
    peers: others.map((other) => peer(run, other, dials)),
    allowUnknownPeers: process.kind === "dsoftbusd" && process.allowUnknownPeers,
  };
  if (process.kind === "dsoftbusd") {
    const host = addressesOf(profile, node).hosts[process.namespace] ?? "0.0.0.0";
    const listen = node.guest === "host" ? HOST_LOOPBACK : host;
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
    const { bulkBytes, messages } = profile.workload;
    return { name, bytes: bulkBytes, messages };
  });
  return { ...bus, kind: "selftest", probes, target: `${process.target}-dsoftbusd` };
}

/** Everybody is in everybody's table; a self-test never listens, but has an identity to be recognised by. */
function peer({ profile, seed, ports }: Run, other: Resident, dials: readonly string[]): PeerConfiguration {
  const { deviceId, staticKey } = makeIdentity(seed, ownerName(other));
  const host = addressesOf(profile, other.node).hosts[other.process.namespace] ?? "0.0.0.0";
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

function isProbing({ process }: Resident, node: ProfileNode): boolean {
  return process.kind === "selftest" && process.target === node.name;
}

function ownerName({ node, process }: Resident): string {
  return `${node.name}/${process.kind}`;
}
