import { guestKind } from "../guests/registry.ts";
import type { LiarPlan } from "../peer/liar-plan.ts";
import type { RunKey } from "./guest-configuration.ts";
import { identityOf, residentsOf, strangerOf } from "./residents.ts";
import type { Topology, TopologyNode } from "./topology.ts";

/**
 * @param node of the peer @param guestPort of the host's loopback, leads to the daemon of the one machine
 * @returns what the peer's process is told
 * @throws RangeError if no daemon in a machine speaks its transport, or there is none at the node itself
 */
export function liarPlan(topology: Topology, node: TopologyNode, { seed, nonce }: RunKey, guestPort: number): LiarPlan {
  const daemons = residentsOf(topology).filter(({ process }) => process.kind === "dsoftbusd");
  const self = daemons.find((resident) => resident.node === node);
  const over = self?.process.mode === "tcp" ? "tcp" : "udp";
  const guest = daemons.find(({ node: { guest: kind }, process: { mode } }) => {
    return guestKind(kind).hasNics && mode !== (over === "tcp" ? "udp-sec" : "tcp");
  });
  if (self === undefined || guest === undefined) throw new RangeError(`${node.name} has nobody to lie to`);
  const { deviceId, staticKey } = identityOf(guest, nonce);
  return {
    seed,
    lies: node.lies ?? "all",
    over,
    identitySeed: identityOf(self, nonce).identitySeed,
    strangerSeed: strangerOf(self, nonce).identitySeed,
    guest: { deviceId, staticKey, port: guestPort },
  };
}
