import { buildImage } from "../../images/guest-image.ts";
import type { GuestImage } from "../../images/guest-image.ts";
import type { GuestProcessor } from "../../images/guest-processor.ts";
import { ARCHITECTURES } from "./architecture.ts";
import { CAPABILITIES_OF_OUR_INIT } from "./capability.ts";
import { AGENT_CRASH, LINUX_CRASHES, LINUX_INTRUSION, NODE_CRASHES, PROJECT_CLAIM } from "./console-output.ts";
import { parseInitReport } from "./init-report.ts";
import type { GuestInstance, GuestLaunch, MachineGuest, PrepareContext, PreparedImage } from "./guest-kind.ts";
import type { LinuxArchitecture } from "./kernel-arguments.ts";
import { bootFrom, IN_A_MACHINE } from "./machine-launch.ts";
import { plainShape } from "./machine-shape.ts";
import { INIT_FILE, initFileText } from "./init-file.ts";
import { processPlan } from "./process-plan.ts";

/** Three Node processes fit, with room for the socket buffers: `memory_available_kib` in the summary of each run tells what was left. */
const MEMORY_MIB = 256;

/** Our guest: Debian's cloud kernel, busybox as init, Node on a read-only disk, the agent. */
export const udpsecGuest: MachineGuest = { ...guestWithAgent("udpsec", "x86_64", "x64"), isRaced: true };

/** The same for arm64. */
export const arm64Guest: MachineGuest = guestWithAgent("udpsec-arm64", "aarch64", "arm64");

function guestWithAgent(name: string, arch: LinuxArchitecture, processor: GuestProcessor): MachineGuest {
  return {
    ...IN_A_MACHINE,
    ...{ name, arch, memoryMib: MEMORY_MIB, runsAgent: true, hasEventPort: true },
    ...{ can: CAPABILITIES_OF_OUR_INIT, canBeReset: false },
    console: {
      firmwarePrompt: ARCHITECTURES[arch].firmwarePrompt,
      bootSign: /^init: /,
      claim: PROJECT_CLAIM,
      forbidden: [...LINUX_CRASHES, AGENT_CRASH, ...NODE_CRASHES],
      intrusion: LINUX_INTRUSION,
    },
    readInitReport: parseInitReport,

    async prepare({ announce, agent }: PrepareContext): Promise<PreparedImage> {
      return { ...preparedImage(await buildImage(announce, agent, processor)), shape: plainShape(arch) };
    },

    launch(image: PreparedImage, instance: GuestInstance): GuestLaunch {
      const processes = processPlan(instance.config);
      return {
        ...bootFrom(image, instance, MEMORY_MIB, arch),
        fwCfgFiles: {
          [INIT_FILE]: initFileText(instance) + processes.lines,
          ...processes.files,
        },
        hasEventPort: true,
        hasInitPort: true,
      };
    },
  };
}

function preparedImage(image: GuestImage): PreparedImage {
  return {
    kernelPath: image.kernelPath,
    initrdPath: image.initrdPath,
    drives: [image.nodeDiskPath],
    origin: { ...image.origin },
  };
}
