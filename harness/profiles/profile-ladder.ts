import { guestKind } from "../guests/registry.ts";
import type { LadderSpec, NodeLadder } from "../markers/ladder-spec.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/** @param hasEventPort whether markers of this node come over the event port too @returns what the matcher needs of a profile */
export function ladderSpec(profile: Profile, hasEventPort: (node: ProfileNode) => boolean): LadderSpec {
  const nodes = profile.node.map((node): NodeLadder => {
    const { claim, forbidden } = guestKind(node.guest).console;
    return {
      node: node.name,
      order: node.ladder,
      rungs: node.rung.map(({ marker, budget, count }) => ({ marker, budgetMs: budget, count })),
      allowed: node.allowed,
      hasEventPort: hasEventPort(node),
      claim,
      forbidden,
    };
  });
  return { nodes, order: profile.order };
}
