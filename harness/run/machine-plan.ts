import type { GuestInstance, GuestKind, PreparedImage } from "../guests/guest-kind.ts";
import type { Accelerator, MachineNetwork, MachineSpec } from "../qemu/machine-spec.ts";
import { FOREIGN_CONFIG } from "../guests/busybox-guest.ts";
import type { Profile, ProfileNode } from "../profiles/schema.ts";
import { addressesOf, type ListeningPorts, type NodeAddresses } from "./addressing.ts";
import { guestConfiguration } from "./guest-configuration.ts";

/** One machine of a run, ready to start. */
export interface PlannedMachine {
  readonly kind: "machine";
  readonly node: ProfileNode;
  readonly spec: MachineSpec;
  readonly macs: readonly string[];
}

/** The bundled agent as a process on the host: a peer that the machine reaches through user networking. */
export interface PlannedPeer {
  readonly kind: "host-peer";
  readonly node: ProfileNode;
  /** JSON. */
  readonly configuration: string;
}

export type PlannedNode = PlannedMachine | PlannedPeer;

/** What exists already when a node is planned. */
export interface PlanSurroundings {
  /** Folder with a short path, for sockets between machines. */
  readonly socketFolder: string;
  /** Where the switch listens for this NIC; asked for on the fabric only. */
  readonly fabricSocket: (node: string, nic: number) => string;
  readonly ports: ListeningPorts;
}

export interface PlanInput extends PlanSurroundings {
  readonly profile: Profile;
  readonly node: ProfileNode;
  readonly kind: GuestKind;
  readonly image: PreparedImage;
  readonly accelerator: Accelerator;
  readonly seed: string;
}

/** @returns what QEMU is asked for; pure */
export function planMachine(input: PlanInput): PlannedMachine {
  const { profile, node, kind, image, accelerator } = input;
  const addresses = addressesOf(profile, node);
  const instance: GuestInstance = {
    nics: addresses.nics,
    routes: addresses.routes,
    config: configurationText(input),
    ...(node.memoryMib === undefined ? {} : { memoryMiB: node.memoryMib }),
  };
  const spec: MachineSpec = {
    name: node.name,
    guest: kind.launch(image, instance),
    networks: networksOf(input, addresses),
    hasRng: node.rng,
    accelerator,
  };
  return { kind: "machine", node, spec, macs: addresses.macs };
}

/** @returns what the process on the host is told; pure */
export function planPeer(input: Pick<PlanInput, "profile" | "node" | "seed" | "ports">): PlannedPeer {
  return { kind: "host-peer", node: input.node, configuration: agentConfiguration(input) };
}

function configurationText(input: PlanInput): string {
  return input.node.guest === "busybox" ? FOREIGN_CONFIG : agentConfiguration(input);
}

function agentConfiguration({
  profile,
  node,
  seed,
  ports,
}: Pick<PlanInput, "profile" | "node" | "seed" | "ports">): string {
  return JSON.stringify(guestConfiguration(profile, node, `${profile.name}/${seed}`, seed, ports));
}

function networksOf(input: PlanInput, { macs }: NodeAddresses): MachineNetwork[] {
  const { profile, node, socketFolder, fabricSocket } = input;
  const [mac = ""] = macs;
  switch (profile.network.kind) {
    case "none":
      return [];
    case "hub":
      return [{ kind: "hub", macs }];
    case "vm-to-vm": {
      const other = profile.node.find((candidate) => candidate !== node);
      const localPath = `${socketFolder}/${node.name}`;
      return [{ kind: "dgram", mac, localPath, remotePath: `${socketFolder}/${other?.name ?? "none"}` }];
    }
    case "user":
      return [{ kind: "user", mac }];
    case "fabric":
      return [{ kind: "stream", mac, path: fabricSocket(node.name, 0) }];
  }
}
