import { suggestion } from "../../contract/nearest-name.ts";
import { guestKind } from "../guests/registry.ts";
import { isLinkAction, unfitFault } from "./action-links.ts";
import type { ProfileAction } from "./action-schema.ts";
import { gatewayOf } from "./node-nics.ts";
import type { Report } from "./profile-issue.ts";
import type { Profile } from "./schema.ts";

/** What actions name and must be there. */
export function checkActions(profile: Profile, report: Report): void {
  const ids = profile.action.flatMap((action) => (isLinkAction(action) ? (action.id ?? []) : []));
  profile.action.forEach((action, index) => {
    const complain = (key: string, message: string): void => report(["action", index, key], message);
    if ((action.after === undefined) === (action.at === undefined))
      complain("kind", "an action says when: either after a marker, or at a time");
    checkActionNode(profile, action, (key, message) => complain(String(key[0]), message));
    if (action.kind === "clear" && !ids.includes(action.of))
      complain("of", `no action has id ${action.of}${suggestion(action.of, ids)}`);
    if (
      action.kind === "resume" &&
      !profile.action.some(({ kind, ...other }) => kind === "pause" && "node" in other && other.node === action.node)
    )
      complain("node", `nothing pauses node ${action.node}`);
    if (action.kind === "forget" && !remembers(profile))
      complain("kind", "nothing can be forgotten: there is no gateway with mapping or filtering");
    if (!isLinkAction(action)) return;
    if (profile.network.kind !== "fabric")
      complain("kind", "only links of the fabric can be changed: network.kind is another");
    if (action.id !== undefined && ids.indexOf(action.id) !== ids.lastIndexOf(action.id))
      complain("id", `two actions have id ${action.id}`);
    const unfit = unfitFault(action);
    if (unfit !== undefined)
      complain("faults", `${unfit} can't be set by an action: it has its place in [[network.link]]`);
  });
}

export function remembers(profile: Profile): boolean {
  const { mapping = "none", filtering = "none" } = gatewayOf(profile) ?? {};
  return mapping !== "none" || filtering !== "none";
}

/** Whether the node of an action is there, and can have that done to it. */
export function checkActionNode(profile: Profile, action: ProfileAction, report: Report): void {
  if ("node" in action && action.node !== undefined)
    checkNode(profile, action, action.node, (key, message) => report([key], message));
}

const DONE: Readonly<Partial<Record<ProfileAction["kind"], string>>> = {
  kill: "killed",
  pause: "paused",
  resume: "resumed",
  reset: "reset",
  send: "typed to",
};

function checkNode(
  profile: Profile,
  { kind }: ProfileAction,
  wanted: string,
  complain: (key: string, message: string) => void,
): void {
  const names = profile.node.map(({ name }) => name);
  const node = profile.node.find(({ name }) => name === wanted);
  if (wanted === gatewayOf(profile)?.name) return complain("node", `${wanted} is the gateway, and no machine`);
  if (node === undefined) return complain("node", `no node ${wanted}${suggestion(wanted, names)}`);
  const { canBeKilled, canBeReset, name } = guestKind(node.guest);
  if (!canBeKilled) complain("node", `node ${wanted} is no machine: it can't be ${DONE[kind] ?? "told"}`);
  else if (kind === "reset" && !canBeReset) complain("node", `the ${name} guest boots once: it can't be reset`);
}
