import type { NicPlan, RoutePlan } from "../guests/network-plan.ts";
import type { Profile, ProfileNode } from "../profiles/schema.ts";

/** Inside the guests, where nobody else lives: a fixed port disturbs no other run. */
export const SESSION_PORT = 37_024;
const SUBNET = "10.24.0";
const PREFIX_LENGTH = 24;
/** QEMU's user networking gives these. */
const SLIRP_GUEST = "10.0.2.15";
export const SLIRP_HOST = "10.0.2.2";
/** Where user networking delivers what the guest sends to `SLIRP_HOST`. */
export const HOST_LOOPBACK = "127.0.0.1";

export interface NodeAddresses {
  readonly nics: readonly NicPlan[];
  readonly routes: readonly RoutePlan[];
  readonly macs: readonly string[];
  /** By network namespace. */
  readonly hosts: Readonly<Partial<Record<"root" | "second", string>>>;
}

/** Addresses of one node: functions of the profile alone, so that two runs can be compared. */
export function addressesOf(profile: Profile, node: ProfileNode): NodeAddresses {
  const index = profile.node.indexOf(node);
  const options = {
    ...(node.mtu === undefined ? {} : { mtuBytes: node.mtu }),
    ...(node.advmss === undefined ? {} : { advmssBytes: node.advmss }),
  };
  const nic = (namespace: "root" | "second", host: string): NicPlan => ({
    namespace,
    address: `${host}/${PREFIX_LENGTH}`,
    ...options,
  });
  switch (profile.network.kind) {
    case "none":
      return { nics: [], routes: [], macs: [], hosts: {} };
    case "hub": {
      const hosts = { root: `${SUBNET}.1`, second: `${SUBNET}.2` };
      const nics = [nic("root", hosts.root), nic("second", hosts.second)];
      return { nics, routes: [], macs: [macAddress(index, 0), macAddress(index, 1)], hosts };
    }
    case "user": {
      if (node.guest === "host") return { nics: [], routes: [], macs: [], hosts: { root: SLIRP_HOST } };
      const routes: RoutePlan[] = [{ namespace: "root", destination: "default", gateway: SLIRP_HOST }];
      const hosts = { root: SLIRP_GUEST };
      return { nics: [nic("root", SLIRP_GUEST)], routes, macs: [macAddress(index, 0)], hosts };
    }
    case "vm-to-vm":
    case "fabric": {
      const host = `${SUBNET}.${index + 1}`;
      return { nics: [nic("root", host)], routes: [], macs: [macAddress(index, 0)], hosts: { root: host } };
    }
  }
}

function macAddress(node: number, nic: number): string {
  const octet = (value: number): string => value.toString(16).padStart(2, "0");
  return `52:54:00:24:${octet(node + 1)}:${octet(nic)}`;
}

/** Ports on which daemons listen, where they are not `SESSION_PORT`: those on the host take any free one. */
export type ListeningPorts = ReadonlyMap<string, number>;

/** @returns the port that others dial, 0 while it is not known */
export function sessionPortOf(node: ProfileNode, ports: ListeningPorts): number {
  return ports.get(node.name) ?? (node.guest === "host" ? 0 : SESSION_PORT);
}
