import { suggestion } from "../../../contract/nearest-name.ts";
import type { TomlIssue } from "../toml/toml-file.ts";
import type { ProofManifest, ProofMarker, ProofProfile } from "./proof-manifest.ts";

export interface ManifestIssue extends TomlIssue {
  /** Where it is written. */
  readonly file: string;
}

/** @returns what the parts of a manifest say of each other and is not so: phases and profiles that don't exist, orders that collide, circles */
export function checkReferences(manifest: ProofManifest): ManifestIssue[] {
  const profiles = [...manifest.profiles.values()];
  return [
    ...collidingOrders(manifest),
    ...profiles.flatMap((profile) => profileIssues(manifest, profile)),
    ...manifest.markers.flatMap((marker) => markerIssues(manifest, marker)),
    ...(manifest.profiles.has(manifest.defaultProfile)
      ? []
      : [
          {
            file: manifest.file,
            path: ["meta", "default_profile"],
            message: `no profile ${manifest.defaultProfile}${suggestion(manifest.defaultProfile, manifest.profiles.keys())}`,
          },
        ]),
  ];
}

function collidingOrders({ phases }: ProofManifest): ManifestIssue[] {
  return phases.flatMap((phase, at) => {
    const earlier = phases.slice(0, at).find(({ order }) => order === phase.order);
    if (earlier === undefined) return [];
    const message = `phase ${phase.name} has the order of ${earlier.name}: ${phase.order}`;
    return [{ file: phase.file, path: ["phase", phase.name, "order"], message }];
  });
}

function profileIssues(manifest: ProofManifest, profile: ProofProfile): ManifestIssue[] {
  const { name, file, extends: parent, runtime_only: isRuntime, runner, phases } = profile;
  const names = manifest.phases.map((phase) => phase.name);
  const issue = (key: string, message: string): ManifestIssue => ({ file, path: ["profile", name, key], message });
  const issues: ManifestIssue[] = [];
  if (parent !== undefined && !manifest.profiles.has(parent))
    issues.push(issue("extends", `no profile ${parent}${suggestion(parent, manifest.profiles.keys())}`));
  else if (isInCircle(manifest, profile)) issues.push(issue("extends", `profile ${name} extends itself`));
  if (isRuntime && runner !== undefined)
    issues.push(issue("runner", `profile ${name} is of the guest: it has no runner`));
  if (!isRuntime && phases.length > 0)
    issues.push(issue("phases", `profile ${name} runs every phase: only one with runtime_only leaves some out`));
  for (const phase of phases) {
    if (!names.includes(phase)) issues.push(issue("phases", `no phase ${phase}${suggestion(phase, names)}`));
  }
  return issues;
}

function isInCircle({ profiles }: ProofManifest, start: ProofProfile): boolean {
  let next = start.extends;
  for (let steps = 0; next !== undefined && steps <= profiles.size; steps += 1) {
    if (next === start.name) return true;
    next = profiles.get(next)?.extends;
  }
  return false;
}

function markerIssues(manifest: ProofManifest, marker: ProofMarker): ManifestIssue[] {
  const { literal, file, phase } = marker;
  const issue = (key: string, message: string): ManifestIssue => ({ file, path: ["marker", literal, key], message });
  const names = manifest.phases.map(({ name }) => name);
  const issues = names.includes(phase) ? [] : [issue("phase", `no phase ${phase}${suggestion(phase, names)}`)];
  if (literal.trim() === "") issues.push(issue("phase", "a marker without a text"));
  for (const clause of ["emit_when", "emit_when_not", "forbidden_when"] as const) {
    const named = marker[clause]?.profile;
    if (named === undefined || manifest.profiles.has(named)) continue;
    issues.push(issue(clause, `no profile ${named}${suggestion(named, manifest.profiles.keys())}`));
  }
  return issues;
}
