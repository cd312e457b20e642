import { guestKind } from "../guests/registry.ts";
import type { LadderSpec, NodeLadder, RungSpec } from "../markers/ladder-spec.ts";
import type { LoadedProfile } from "./load.ts";
import type { NodeProof } from "./proof-manifest/node-proof.ts";
import type { ProfileNode } from "./schema.ts";

/** @param hasEventPort whether markers of this node come over the event port too @returns what the matcher needs of a profile */
export function ladderSpec(
  { profile, proofs }: Pick<LoadedProfile, "profile" | "proofs">,
  hasEventPort: (node: ProfileNode) => boolean,
): LadderSpec {
  const nodes = profile.node.map((node): NodeLadder => {
    const { claim, forbidden, intrusion } = guestKind(node.guest).console;
    const proof = proofs?.get(node.name);
    const common = {
      node: node.name,
      rungs: node.rung.map((rung) => rungSpec(rung, proof)),
      allowed: node.allowed,
      hasEventPort: hasEventPort(node),
      intrusion,
    };
    if (proof === undefined) return { ...common, order: node.ladder ?? "strict", claim, forbidden };
    return {
      ...common,
      order: node.ladder ?? "phases",
      claim: proof.claim,
      forbidden: [...forbidden, ...proof.failing],
      vocabulary: proof.vocabulary,
    };
  });
  return { nodes, order: profile.order };
}

function rungSpec(
  { marker, budget, count, boot, console }: ProfileNode["rung"][number],
  proof: NodeProof | undefined,
): RungSpec {
  const rung = { marker, budgetMs: budget, count, boot, console };
  const phase = proof?.phases.get(marker);
  // A manifest says what may be printed, not how often.
  return proof === undefined ? rung : { ...rung, orMore: true, ...(phase === undefined ? {} : { phase }) };
}
