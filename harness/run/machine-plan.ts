import type { GuestInstance, GuestKind, PreparedImage } from "../guests/guest-kind.ts";
import type { Accelerator, MachineNetwork, MachineSpec } from "../qemu/machine-spec.ts";
import { FOREIGN_CONFIG } from "../guests/busybox-guest.ts";
import { HarnessError } from "../error.ts";
import type { Profile, ProfileNode } from "../profiles/schema.ts";
import { addressesOf, type NodeAddresses } from "./addressing.ts";
import { guestConfiguration } from "./guest-configuration.ts";

/** One machine of a run, ready to start. */
export interface PlannedMachine {
  readonly node: ProfileNode;
  readonly spec: MachineSpec;
  readonly macs: readonly string[];
}

export interface PlanInput {
  readonly profile: Profile;
  readonly node: ProfileNode;
  readonly kind: GuestKind;
  readonly image: PreparedImage;
  readonly accelerator: Accelerator;
  readonly seed: string;
  /** Folder with a short path, for sockets between machines. */
  readonly socketFolder: string;
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
  return { node, spec, macs: addresses.macs };
}

function configurationText({ profile, node, seed }: PlanInput): string {
  if (node.guest === "busybox") return FOREIGN_CONFIG;
  return JSON.stringify(guestConfiguration(profile, node, `${profile.name}/${seed}`, seed));
}

function networksOf(input: PlanInput, { macs }: NodeAddresses): MachineNetwork[] {
  const { profile, node, socketFolder } = input;
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
    case "fabric":
      throw new HarnessError(
        "network-unsupported",
        `profile ${profile.name}: network ${profile.network.kind} isn't built yet`,
        "run a profile with network hub, vm-to-vm or none",
      );
  }
}
