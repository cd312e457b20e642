/** From the faults of a profile's `[network]` to the links of the fabric. Pure. */
import type { LinkSpec } from "../../contract/impairment/index.ts";
import { addFault, type LinkDraft, type ProfileFault } from "../profiles/written-faults.ts";
import type { NetworkProfile } from "../profiles/network-schema.ts";
import type { LinkRule } from "./link-table.ts";

type ProfileLink = Extract<NetworkProfile, { kind: "fabric" }>["link"][number];
/**
 * Several links of one pair are one link with all their faults.
 */
export function linkRulesOf(links: readonly ProfileLink[]): LinkRule[] {
  const pairs = new Map<string, { readonly from: string; readonly to: string; readonly faults: ProfileFault[] }>();
  const add = (from: string, to: string, faults: readonly ProfileFault[]): void => {
    const pair = pairs.get(`${from}>${to}`) ?? { from, to, faults: [] };
    pair.faults.push(...faults);
    pairs.set(`${from}>${to}`, pair);
  };
  for (const { from, to, bothWays, faults } of links) {
    add(from, to, faults);
    if (bothWays) add(to, from, faults);
  }
  return [...pairs.values()].map(({ from, to, faults }) => ({ from, to, spec: specOf(faults) }));
}

function specOf(faults: readonly ProfileFault[]): LinkSpec {
  const draft: LinkDraft = { faults: [] };
  for (const fault of faults) addFault(draft, fault);
  const { faults: modelled, ...shape } = draft;
  return modelled.length === 0 ? shape : { ...shape, faults: modelled };
}
