import { buildImage } from "../../images/guest-image.ts";
import type { GuestImage } from "../../images/guest-image.ts";
import type { GuestInstance, GuestKind, GuestLaunch, PrepareContext, PreparedImage } from "./guest-kind.ts";
import { kernelArguments } from "./kernel-arguments.ts";
import { networkPlanText } from "./network-plan.ts";

/** Three Node processes fit, with room for the socket buffers; measured in docs/decisions. */
export const DEFAULT_MEMORY_MIB = 256;

/** Our guest: Debian's cloud kernel, busybox as init, Node on a read-only disk, the agent. */
export const udpsecGuest: GuestKind = {
  name: "udpsec",

  async prepare({ announce, agent }: PrepareContext): Promise<PreparedImage> {
    return preparedImage(await buildImage(announce, agent));
  },

  launch(image: PreparedImage, instance: GuestInstance): GuestLaunch {
    return {
      kernelPath: image.kernelPath,
      initrdPath: image.initrdPath,
      append: kernelArguments(instance.ipv6 ?? false),
      drives: image.drives,
      memoryMiB: instance.memoryMiB ?? DEFAULT_MEMORY_MIB,
      fwCfgFiles: {
        "opt/udpsec/net": networkPlanText(instance.nics, instance.routes),
        "opt/udpsec/config": instance.config,
      },
      hasEventPort: true,
      hasInitPort: true,
    };
  },
};

function preparedImage(image: GuestImage): PreparedImage {
  return {
    kernelPath: image.kernelPath,
    initrdPath: image.initrdPath,
    drives: [image.nodeDiskPath],
    origin: { ...image.origin },
  };
}
