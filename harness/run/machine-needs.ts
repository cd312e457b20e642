import { DEFAULT_MEMORY_MIB } from "../guests/udpsec-guest.ts";
import type { Profile } from "../profiles/schema.ts";

/** QEMU itself, beside the guest's memory. */
const OVERHEAD_MIB = 128;

/** @returns how many virtual machines a profile runs at once */
export function machinesOf(profile: Profile): number {
  return profile.node.filter((node) => node.guest !== "host").length;
}

/** @returns what the largest machine of the profiles takes of the host, MiB */
export function largestMachineMib(profiles: readonly Profile[]): number {
  const memories = profiles.flatMap((profile) => profile.node.map((node) => node.memoryMib ?? DEFAULT_MEMORY_MIB));
  return Math.max(DEFAULT_MEMORY_MIB, ...memories) + OVERHEAD_MIB;
}
