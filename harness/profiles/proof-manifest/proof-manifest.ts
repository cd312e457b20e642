import type { WrittenMarker, WrittenPhase, WrittenProfile } from "./manifest-files.ts";

/** Where something was written. */
export interface Written {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface ProofMarker extends WrittenMarker, Written {
  /** What the console shows, to the letter. */
  readonly literal: string;
}

export interface ProofPhase extends WrittenPhase, Written {
  readonly name: string;
}

export interface ProofProfile extends WrittenProfile, Written {
  readonly name: string;
}

/** The manifest of another project, read whole: what its console may show, in which phases, for which profiles. */
export interface ProofManifest {
  /** Of its root. */
  readonly file: string;
  readonly defaultProfile: string;
  /** In their order. */
  readonly phases: readonly ProofPhase[];
  /** File by file, in the order in which each has them. */
  readonly markers: readonly ProofMarker[];
  readonly profiles: ReadonlyMap<string, ProofProfile>;
}

/** @returns a profile and those that it extends, itself first */
export function lineage(manifest: ProofManifest, name: string): ProofProfile[] {
  const profile = manifest.profiles.get(name);
  if (profile === undefined) return [];
  return [profile, ...(profile.extends === undefined ? [] : lineage(manifest, profile.extends))];
}

/** @returns what the project's own runner would find in its environment; who extends another profile overrides its values */
export function environmentOf(manifest: ProofManifest, name: string): Map<string, string> {
  const env = new Map<string, string>();
  for (const profile of lineage(manifest, name).reverse()) {
    for (const [key, value] of Object.entries(profile.env ?? {})) env.set(key, value);
  }
  return env;
}

/** @returns why a marker may not be printed in a profile, with the place that says so; undefined: it may */
export function refusalOf(marker: ProofMarker, profile: string): string | undefined {
  const { emit_when: only, emit_when_not: except, forbidden_when: forbidden } = marker;
  const where = `${marker.file}:${marker.line}`;
  if (forbidden?.profile === profile) return `forbidden_when = ${profile} (${where})`;
  if (except?.profile === profile) return `emit_when_not = ${profile} (${where})`;
  if (only !== undefined && only.profile !== profile)
    return `emit_when = ${only.profile}, and this is ${profile} (${where})`;
  return undefined;
}
