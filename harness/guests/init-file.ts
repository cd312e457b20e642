import type { GuestInstance } from "./guest-kind.ts";
import { networkPlanText } from "./network-plan.ts";

/** The file of fw_cfg by which an init like ours sets up its machine. */
export const INIT_FILE = "opt/udpsec/net";

/** @returns its lines but for processes: network-plan.ts has the format; `control` means that orders come on the console */
export function initFileText({ nics, routes, takesOrders = false }: GuestInstance): string {
  return networkPlanText(nics, routes) + (takesOrders ? "control\n" : "");
}
