import { obtainBusybox } from "../../images/busybox.ts";
import { openCache, obtainInitrd } from "../../images/guest-image.ts";
import { obtainKernel } from "../../images/guest-kernel.ts";
import { ARCHITECTURES } from "./architecture.ts";
import type { Capability } from "./capability.ts";
import { LINUX_CRASHES, LINUX_INTRUSION, PROJECT_CLAIM } from "./console-output.ts";
import type { GuestInstance, GuestLaunch, MachineGuest, PrepareContext, PreparedImage } from "./guest-kind.ts";
import { bootFrom, IN_A_MACHINE } from "./machine-launch.ts";

/** What the foreign guest must find in its configuration before it prints its second marker. */
export const FOREIGN_CONFIG = "say done";
export const FOREIGN_MARKERS = ["foreign: up", "foreign: done"] as const;

const MEMORY_MIB = 128;

/** A guest that isn't ours: busybox alone, two markers on the console, nothing else. */
export const busyboxGuest: MachineGuest = {
  ...IN_A_MACHINE,
  arch: "x86_64",
  isRaced: true,
  name: "busybox",
  memoryMib: MEMORY_MIB,
  runsAgent: false,
  hasEventPort: false,
  ...{ can: new Set<Capability>(), canBeReset: true },
  console: {
    firmwarePrompt: ARCHITECTURES.x86_64.firmwarePrompt,
    claim: PROJECT_CLAIM,
    forbidden: LINUX_CRASHES,
    intrusion: LINUX_INTRUSION,
  },
  fixedConfiguration: FOREIGN_CONFIG,

  async prepare({ announce }: PrepareContext): Promise<PreparedImage> {
    const cache = openCache(announce);
    const kernel = await obtainKernel(cache, announce);
    const initrdPath = await obtainInitrd(cache, kernel, await obtainBusybox(cache, announce), "foreign.sh");
    return { kernelPath: kernel.kernelPath, initrdPath, drives: [], origin: { kernel: kernel.origin } };
  },

  launch(image: PreparedImage, instance: GuestInstance): GuestLaunch {
    return {
      ...bootFrom(image, instance, MEMORY_MIB),
      fwCfgFiles: { "opt/foreign/config": instance.config },
      hasEventPort: false,
      hasInitPort: false,
    };
  },
};
