import { guestKind } from "../guests/registry.ts";
import type { GuestNamespace } from "../guests/network-plan.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/**
 * A hub has both namespaces of its one machine; on the switch a machine has a NIC for `second` where a process lives there, so that one
 * alone can talk to itself across it.
 *
 * @returns the namespaces of a node's NICs, in the order eth0, eth1
 */
export function nicNamespaces(
  { network }: Pick<Profile, "network">,
  { guest, process }: ProfileNode,
): GuestNamespace[] {
  if (network.kind === "none") return [];
  const isUsed = process.some(({ namespace }) => namespace === "second");
  const hasSecond = network.kind === "hub" || (network.kind === "fabric" && isUsed);
  return hasSecond && guestKind(guest).hasNics ? ["root", "second"] : ["root"];
}

export function gatewayOf({ network }: Pick<Profile, "network">) {
  return network.kind === "fabric" ? network.gateway : undefined;
}

/** Of a profile whose network has no names: all NICs are in it. */
export const ONLY_NETWORK = "net";

/** @returns the names of a profile's networks, in the order of their subnets */
export function networkNames({ network }: Pick<Profile, "network">): readonly string[] {
  return network.kind === "fabric" && network.names !== undefined ? network.names : [ONLY_NETWORK];
}

/** @returns the network of a node's NIC */
export function networkOfNic(profile: Pick<Profile, "network">, { networks }: ProfileNode, nic: number): string {
  return networks?.[nic] ?? networkNames(profile)[0] ?? ONLY_NETWORK;
}

/** @returns the NIC of a namespace as links and captures name it: `a.1` */
export function nicName(profile: Pick<Profile, "network">, node: ProfileNode, namespace: GuestNamespace): string {
  return `${node.name}.${Math.max(0, nicNamespaces(profile, node).indexOf(namespace))}`;
}

/** @returns a node's only NIC by the node's name, one of several by its own: as a profile would write it */
export function endName(profile: Pick<Profile, "network">, node: ProfileNode, namespace: GuestNamespace): string {
  return nicNamespaces(profile, node).length > 1 ? nicName(profile, node, namespace) : node.name;
}
