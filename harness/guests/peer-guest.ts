import { NODE_CRASHES } from "./console-output.ts";
import type { HostGuest } from "./guest-kind.ts";

/** A peer of the harness's own (`harness/peer/`), which shares no code with the guest, and lies: a process on the host. */
export const peerGuest: HostGuest = {
  name: "peer",
  runsOn: "host",
  hasNics: false,
  canBeKilled: false,
  memoryMib: 0,
  boots: false,
  runsAgent: true,
  tellsLies: true,
  hasEventPort: true,
  console: { claim: /^PEER:/, forbidden: NODE_CRASHES },
};
