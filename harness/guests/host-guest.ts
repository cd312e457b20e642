import { AGENT_CRASH, LINUX_CRASHES, NODE_CRASHES, PROJECT_CLAIM } from "./console-output.ts";
import type { HostGuest } from "./guest-kind.ts";

/** Our agent as a process on the host: a peer that a machine reaches through user networking. */
export const hostGuest: HostGuest = {
  name: "host",
  runsOn: "host",
  hasNics: false,
  canBeKilled: false,
  memoryMib: 0,
  boots: false,
  runsAgent: true,
  hasEventPort: true,
  can: new Set(),
  canBeReset: false,
  console: { claim: PROJECT_CLAIM, forbidden: [...LINUX_CRASHES, AGENT_CRASH, ...NODE_CRASHES] },
};
