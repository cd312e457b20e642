import type { LadderSpec } from "../markers/ladder-spec.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/** @param hasEventPort whether markers of this node come over the event port too @returns what the matcher needs of a profile */
export function ladderSpec(profile: Profile, hasEventPort: (node: ProfileNode) => boolean): LadderSpec {
  const nodes = profile.node.map((node) => ({
    node: node.name,
    order: node.ladder,
    rungs: node.rung.map(({ marker, budget, count }) => ({ marker, budgetMs: budget, count })),
    allowed: node.allowed,
    hasEventPort: hasEventPort(node),
  }));
  return { nodes, order: profile.order };
}
