import type { SuitePlan } from "../peer/suite-plan.ts";
import { guestKind } from "../guests/registry.ts";
import type { RunKey } from "./guest-configuration.ts";
import { identityOf, residentsOf, strangerOf, suiteDevicesOf } from "./residents.ts";
import type { Topology, TopologyNode } from "./topology.ts";

/**
 * @param node of the suite @param guestPort of the host's loopback, leads to the daemon of the one machine
 * @returns what the suite's process is told
 * @throws RangeError if no machine has a daemon that speaks both transports
 */
export function suitePlan(topology: Topology, node: TopologyNode, { nonce }: RunKey, guestPort: number): SuitePlan {
  const residents = residentsOf(topology);
  const self = residents.find((resident) => resident.node === node);
  const daemon = residents.find(
    ({ node: { guest }, process }) =>
      process.kind === "dsoftbusd" && process.mode === "auto" && guestKind(guest).hasNics,
  );
  if (self === undefined || daemon === undefined) throw new RangeError(`${node.name} has nobody to try`);
  const { deviceId, staticKey } = identityOf(daemon, nonce);
  return {
    cases: node.cases ?? "all",
    suiteSeeds: suiteDevicesOf(self, nonce).map(({ identity }) => identity.identitySeed),
    strangerSeed: strangerOf(self, nonce).identitySeed,
    target: { deviceId, staticKey, port: guestPort },
  };
}
