import { guestKind } from "../../guests/registry.ts";
import type { Profile, ProfileNode } from "../../profiles/schema.ts";

/** QEMU itself, beside the guest's memory. */
const OVERHEAD_MIB = 128;

/** @returns how many virtual machines a profile runs at once */
export function machinesOf(profile: Profile): number {
  return profile.node.filter(({ guest }) => guestKind(guest).memoryMib > 0).length;
}

/** @returns what the largest machine of the profiles takes of the host, MiB */
export function largestMachineMib(profiles: readonly Profile[]): number {
  const memories = profiles.flatMap((profile) => profile.node.map(memoryMibOf));
  return Math.max(0, ...memories) + OVERHEAD_MIB;
}

function memoryMibOf({ guest, memoryMib }: ProfileNode): number {
  const usualMib = guestKind(guest).memoryMib;
  return usualMib === 0 ? 0 : (memoryMib ?? usualMib);
}
