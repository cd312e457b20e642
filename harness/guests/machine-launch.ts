import type { GuestInstance, GuestLaunch, PreparedImage } from "./guest-kind.ts";
import { kernelArguments, type LinuxArchitecture } from "./kernel-arguments.ts";

/** What holds for any guest that boots in a virtual machine. */
export const IN_A_MACHINE = { runsOn: "machine", hasNics: true, canBeKilled: true, boots: true } as const;

/** @returns what QEMU is asked for, but for what a kind adds of its own: contents of fw_cfg, and ports */
export function bootFrom(
  { kernelPath, initrdPath, drives, shape }: PreparedImage,
  { ipv6 = false, memoryMib }: GuestInstance,
  memoryOfKindMib: number,
  arch: LinuxArchitecture = "x86_64",
): Omit<GuestLaunch, "fwCfgFiles" | "hasEventPort" | "hasInitPort"> {
  return {
    ...{
      kernelPath,
      initrdPath,
      append: kernelArguments(ipv6, [], arch),
      drives,
      memoryMib: memoryMib ?? memoryOfKindMib,
    },
    ...(shape === undefined ? {} : { shape }),
  };
}
