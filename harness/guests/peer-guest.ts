import { NODE_CRASHES } from "./console-output.ts";
import type { ForbiddenPattern } from "../markers/forbidden-pattern.ts";
import type { HostGuest } from "./guest-kind.ts";

/** What the peer says when the guest has not done what it must: the run fails of it. */
const BELIEVED: ForbiddenPattern = {
  name: "a guest that takes a lie",
  pattern: /^PEER: the guest does not do what it must(?! in an honest session)/,
  code: "forbidden",
};

/** A guest that refuses everybody would pass for a careful one. */
const BROKE_OFF: ForbiddenPattern = {
  name: "a guest that breaks off an honest session",
  pattern: /^PEER: the guest does not do what it must in an honest session/,
  code: "forbidden",
};

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
  can: new Set(),
  canBeReset: false,
  console: { claim: /^PEER:/, forbidden: [BELIEVED, BROKE_OFF, ...NODE_CRASHES] },
};
