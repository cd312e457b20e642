import { NODE_CRASHES } from "./console-output.ts";
import type { ForbiddenPattern } from "../markers/forbidden-pattern.ts";
import type { HostGuest } from "./guest-kind.ts";

/** What the suite says when a case failed, could not be judged, or never ran: the run fails of it. */
const NOT_PASSED: ForbiddenPattern = {
  name: "a case of conformance that did not pass",
  pattern: /^CONFORM: (failed|not judged|the suite broke off)/,
  code: "forbidden",
};

/** The suite for every implementation (`harness/conform/`), played against the machine's daemon: a process on the host. */
export const conformGuest: HostGuest = {
  name: "conform",
  runsOn: "host",
  hasNics: false,
  canBeKilled: false,
  memoryMib: 0,
  boots: false,
  runsAgent: true,
  playsSuite: true,
  hasEventPort: true,
  can: new Set(),
  canBeReset: false,
  console: { claim: /^CONFORM:/, forbidden: [NOT_PASSED, ...NODE_CRASHES] },
};
