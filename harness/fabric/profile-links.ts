/** From the faults of a profile's `[network]` to the links of the fabric. Pure. */
import type { Fault, LinkSpec } from "../../contract/impairment/index.ts";
import { actionLinks, type ActionLink } from "../profiles/action-links.ts";
import type { Profile } from "../profiles/schema.ts";
import { addFault, type LinkDraft, type ProfileFault } from "../profiles/written-faults.ts";
import type { NetworkProfile } from "../profiles/network-schema.ts";
import type { LinkRule } from "./link-table.ts";

type ProfileLink = Extract<NetworkProfile, { kind: "fabric" }>["link"][number];

/** @returns the links of a profile's switch, with what its actions do to them; none without a switch */
export function linkRulesOfProfile(profile: Pick<Profile, "network" | "action">): LinkRule[] {
  return profile.network.kind === "fabric" ? linkRulesOf(profile.network.link, actionLinks(profile)) : [];
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly faults: ProfileFault[];
  readonly ofActions: Fault[];
}

/**
 * Several links of one pair are one link with all their faults.
 */
export function linkRulesOf(links: readonly ProfileLink[], changes: readonly ActionLink[] = []): LinkRule[] {
  const pairs = new Map<string, Pair>();
  const pairOf = (from: string, to: string): Pair => {
    const pair = pairs.get(`${from}>${to}`) ?? { from, to, faults: [], ofActions: [] };
    pairs.set(`${from}>${to}`, pair);
    return pair;
  };
  for (const { from, to, bothWays, faults } of links) {
    pairOf(from, to).faults.push(...faults);
    if (bothWays) pairOf(to, from).faults.push(...faults);
  }
  for (const { from, to, faults } of changes) pairOf(from, to).ofActions.push(...faults);
  return [...pairs.values()].map(({ from, to, ...pair }) => ({ from, to, spec: specOf(pair) }));
}

function specOf({ faults, ofActions }: Pick<Pair, "faults" | "ofActions">): LinkSpec {
  const draft: LinkDraft = { faults: [] };
  for (const fault of faults) addFault(draft, fault);
  const { faults: modelled, ...shape } = draft;
  const all = [...modelled, ...ofActions];
  return all.length === 0 ? shape : { ...shape, faults: all };
}
