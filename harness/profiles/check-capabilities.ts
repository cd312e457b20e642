import type { Capability } from "../guests/capability.ts";
import { execLine, MAX_CONTROL_UNITS } from "../guests/control-line.ts";
import { guestKind } from "../guests/registry.ts";
import type { ProfileAction } from "./action-schema.ts";
import type { Report } from "./profile-issue.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/** What an action does needs a guest that can. */
const NEEDED_BY_ACTION: Readonly<Partial<Record<ProfileAction["kind"], Capability>>> = {
  clock: "set-clock",
  exec: "exec",
};
/** What a rule looks at, a guest must tell. */
const NEEDED_BY_RULE: Readonly<Record<string, Capability>> = { "kernel-counters-agree": "counters" };

/** Whoever asks a guest for what it can't do waits in vain: actions, rules of evidence, keys of its node. */
export function checkCapabilities(profile: Profile, report: Report): void {
  profile.action.forEach((action, index) => {
    const node = profile.node.find(({ name }) => "node" in action && name === action.node);
    const needed = NEEDED_BY_ACTION[action.kind];
    if (node === undefined || needed === undefined) return;
    if (!can(node, needed)) report(["action", index, "node"], lacks(node, needed, action.kind));
    if (action.kind === "exec")
      checkCommand(action.command, (message) => report(["action", index, "command"], message));
  });
  profile.evidence.forEach((rule, index) => {
    const needed = NEEDED_BY_RULE[rule];
    if (needed !== undefined && !profile.node.some((node) => can(node, needed)))
      report(["evidence", index], `${rule} needs a guest that can do ${needed}, and none of this profile can`);
  });
  profile.marker.forEach(({ id, evidence }, index) =>
    evidence.forEach((rule, at) => {
      const needed = NEEDED_BY_RULE[rule];
      const printer = profile.node.find(({ rung }) => rung.some(({ marker }) => marker === id));
      if (needed !== undefined && printer !== undefined && !can(printer, needed))
        report(["marker", index, "evidence", at], lacks(printer, needed, rule));
    }),
  );
  profile.node.forEach((node, index) => {
    for (const key of ["mtu", "advmss"] as const)
      if (node[key] !== undefined && !can(node, "static-network"))
        report(["node", index, key], lacks(node, "static-network", key));
  });
}

function can({ guest }: ProfileNode, needed: Capability): boolean {
  return guestKind(guest).can.has(needed);
}

function lacks({ guest }: ProfileNode, needed: Capability, wanted: string): string {
  return `${wanted} needs ${needed}, which the ${guestKind(guest).name} guest does not have among its capabilities`;
}

/** It is typed on a console, as one line. */
function checkCommand(command: readonly string[], complain: (message: string) => void): void {
  const line = execLine(command);
  if (/[^ -~]/.test(line)) complain("what is typed in a guest is printable ASCII, on one line");
  else if (line.length > MAX_CONTROL_UNITS)
    complain(`what is typed in a guest has at most ${MAX_CONTROL_UNITS} letters`);
}
