import { suggestion } from "../../contract/nearest-name.ts";
import type { MarkerPlace } from "../markers/ladder-spec.ts";
import { HarnessError } from "../host/harness-error.ts";
import { isLinkAction } from "./action-links.ts";
import type { LoadedProfile } from "./load.ts";
import { isRung } from "./is-rung.ts";
import type { NodeProof } from "./proof-manifest/node-proof.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/**
 * A profile up to a phase of its guests' manifests: nothing that comes later is waited for, nor what guests without phases print. It may
 * still come, and what is forbidden stays so.
 *
 * @returns the profile as it is if nothing of it comes later
 * @throws HarnessError `phase-unknown`
 */
export function cutAtPhase(loaded: LoadedProfile, phase: string): LoadedProfile {
  const { profile, proofs = new Map<string, NodeProof>() } = loaded;
  const known = new Map(
    [...proofs.values()].flatMap(({ manifest }) => manifest.phases.map((one) => [one.name, one.order])),
  );
  const last = known.get(phase);
  if (last === undefined) throw unknownPhase(profile.name, phase, [...known.keys()]);
  const isLate = (node: ProfileNode, marker: string): boolean => {
    const proof = proofs.get(node.name);
    return proof === undefined || (proof.phases.get(marker)?.order ?? 0) > last;
  };
  const isCut = profile.node.some(
    (node) => proofs.has(node.name) && node.rung.some(({ marker }) => isLate(node, marker)),
  );
  if (!isCut) return loaded;
  const node = profile.node.map((one) => ({
    ...one,
    rung: one.rung.filter(({ marker }) => !isLate(one, marker)),
    allowed: [...one.allowed, ...one.rung.map(({ marker }) => marker).filter((marker) => isLate(one, marker))],
  }));
  if (node.every(({ rung }) => rung.length === 0))
    throw new HarnessError(
      "phase-unknown",
      `${profile.name}: nothing is required up to phase ${phase}`,
      "name a later one",
    );
  return { ...loaded, profile: withoutLost({ ...profile, node }), cutAt: phase };
}

/** What refers to a rung that is not waited for can't be asked for either. */
function withoutLost(profile: Profile): Profile {
  const isThere = (place: MarkerPlace): boolean => isRung(profile, place);
  const timely = profile.action.filter(({ after }) => after !== undefined && isThere(after));
  return {
    ...profile,
    order: profile.order.filter(({ before, after }) => isThere(before) && isThere(after)),
    // What was not begun can't be ended.
    action: timely.filter(
      (action) => action.kind !== "clear" || timely.some((one) => isLinkAction(one) && one.id === action.of),
    ),
  };
}

function unknownPhase(profile: string, phase: string, known: readonly string[]): HarnessError {
  if (known.length === 0)
    return new HarnessError(
      "phase-unknown",
      `${profile} has no phases`,
      "phases are those of a guest's manifest: name such a profile",
    );
  const message = `${profile} has no phase ${phase}${suggestion(phase, known)}`;
  return new HarnessError("phase-unknown", message, `there are: ${known.join(", ")}`);
}
