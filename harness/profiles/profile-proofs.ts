import { Manifest, type MarkerEntry } from "../markers/manifest.ts";
import { guestInEnvironment } from "./guest-environment.ts";
import { NodeManifestProblem, readNodeProof, type NodeProof } from "./proof-manifest/node-proof.ts";
import { environmentOf } from "./proof-manifest/proof-manifest.ts";
import type { Profile, ProfileNode } from "./schema.ts";
import { tomlError, type TomlFile, type TomlIssue } from "./toml/toml-file.ts";

/** By node: what the manifest of its own project says. */
export type ProfileProofs = ReadonlyMap<string, NodeProof>;

/** @param folder where the profile's paths begin @throws HarnessError `profile-invalid`, `proof-manifest-invalid` */
export function readProofs(profile: Profile, source: TomlFile, folder: string): ProfileProofs {
  const proofs = new Map<string, NodeProof>();
  profile.node.forEach(({ name, manifest }, index) => {
    if (manifest === undefined) return;
    try {
      proofs.set(name, readNodeProof(manifest, folder));
    } catch (error) {
      if (!(error instanceof NodeManifestProblem)) throw error;
      throw tomlError(source, [{ path: ["node", index, "manifest", error.key], message: error.message }]);
    }
  });
  return proofs;
}

/** @returns the profile with each guest as its manifest's profile wants it, and what of that environment nothing maps */
export function inEnvironments(
  profile: Profile,
  proofs: ProfileProofs,
): { readonly profile: Profile; readonly issues: readonly TomlIssue[] } {
  const issues: TomlIssue[] = [];
  const node = profile.node.map((one, index) => {
    const proof = proofs.get(one.name);
    if (proof === undefined) return one;
    const made = guestInEnvironment(one.guest, environmentOf(proof.manifest, proof.profile), proof.profile);
    if ("guest" in made) return { ...one, guest: made.guest };
    issues.push({ path: ["node", index, "manifest", "profile"], message: made.problem });
    return one;
  });
  return { profile: { ...profile, node }, issues };
}

/** @returns the profile with what the manifests require as rungs, and what else they let pass as allowed */
export function withProofs(profile: Profile, proofs: ProfileProofs): Profile {
  return { ...profile, node: profile.node.map((node) => withProof(node, proofs.get(node.name))) };
}

function withProof(node: ProfileNode, proof: NodeProof | undefined): ProfileNode {
  if (proof === undefined || node.manifest === undefined) return node;
  const { budget } = node.manifest;
  const written = new Set(node.rung.map(({ marker }) => marker));
  const required = proof.required.filter((marker) => !written.has(marker));
  const rung = [...node.rung, ...required.map((marker) => ({ marker, budget, count: 1, send: [] }))];
  const onLadder = new Set(rung.map(({ marker }) => marker));
  const { markers, refused } = proof.vocabulary;
  const others = markers.markers.map(({ id }) => id).filter((id) => !onLadder.has(id) && !refused.has(id));
  return { ...node, rung: byPhase(rung, proof), allowed: [...node.allowed, ...others] };
}

/** Budgets count from the rung before: those of earlier phases come first. */
function byPhase(rungs: ProfileNode["rung"], { phases }: NodeProof): ProfileNode["rung"] {
  const orderOf = ({ marker }: ProfileNode["rung"][number]): number => phases.get(marker)?.order ?? 0;
  return rungs.toSorted((a, b) => orderOf(a) - orderOf(b));
}

/** @param entries the project's own markers and those that the profile brings @throws HarnessError `manifest-invalid` */
export function manifestOf(entries: readonly MarkerEntry[], proofs: ProfileProofs): Manifest {
  const ofProofs = [...proofs.values()].flatMap(({ vocabulary }) => vocabulary.markers.markers);
  // Two nodes may have the same manifest.
  return new Manifest(entries, [...new Map(ofProofs.map((marker) => [marker.id, marker])).values()]);
}
