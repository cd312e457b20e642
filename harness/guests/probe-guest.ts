import type { GuestLaunch } from "./guest-kind.ts";
import { kernelArguments } from "./kernel-arguments.ts";
import type { Racer } from "./racer.ts";

/** Our kernel and init, without Node and agent. */
export type BootFiles = Pick<GuestLaunch, "kernelPath" | "initrdPath">;

/** What our init prints first: only this shows that a processor runs our code. */
export const INIT_UP_LINE = "init: udpsec initramfs up";

const MEMORY_MIB = 128;
const MAX_SEEN_UNITS = 4096;

/** Our kernel and init, as far as init's first line: who boots them is raced once for all of them. */
export function ourRacer(image: BootFiles): Racer {
  return {
    name: "our init",
    guest: launchProbe(image),
    hasRng: false,
    watch: () => {
      let seen = "";
      return (chunk) => {
        // The line may come in pieces; what is older than its length can't be part of it.
        seen = (seen + Buffer.from(chunk).toString("latin1")).slice(-MAX_SEEN_UNITS);
        return seen.includes(INIT_UP_LINE);
      };
    },
  };
}

/** What QEMU needs for a machine that boots to `INIT_UP_LINE` and ends: no kind of guest, no profile can ask for it. */
function launchProbe(image: BootFiles): GuestLaunch {
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
