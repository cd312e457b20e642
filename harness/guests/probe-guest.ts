import type { GuestLaunch } from "./guest-kind.ts";
import { kernelArguments } from "./kernel-arguments.ts";

/** Our kernel and init, without Node and agent. */
export type BootFiles = Pick<GuestLaunch, "kernelPath" | "initrdPath">;

/** What our init prints first: only this shows that a processor runs our code. */
export const INIT_UP_LINE = "init: udpsec initramfs up";

const MEMORY_MIB = 128;

/** What QEMU needs for a machine that boots to `INIT_UP_LINE` and ends: no kind of guest, no profile can ask for it. */
export function launchProbe(image: BootFiles): GuestLaunch {
  return {
    ...image,
    append: kernelArguments(false, ["udpsec.probe"]),
    drives: [],
    memoryMib: MEMORY_MIB,
    fwCfgFiles: {},
    hasEventPort: false,
    hasInitPort: false,
  };
}
