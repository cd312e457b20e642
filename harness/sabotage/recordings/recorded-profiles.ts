/**
 * What recordings are of: profiles of the project with a small workload, and the suite's own in `fixtures/sabotage`, smaller cousins
 * where a whole one would be large.
 */
import { join } from "node:path";
import { projectRoot } from "../../host/project-root.ts";
import { loadProfile, profileNames, type LoadedProfile } from "../../profiles/load.ts";

/** Enough for every rule, small enough to be kept. */
const RECORDED_WORKLOAD = { bulkBytes: 16_384, messages: 100 } as const;

/** @returns the profile as recordings ask for it; @throws HarnessError `profile-unknown` */
export function recordedProfile(name: string): LoadedProfile {
  const ownFolder = join(projectRoot(), "fixtures/sabotage");
  if (profileNames(ownFolder).includes(name)) return loadProfile(name, ownFolder);
  const loaded = loadProfile(name);
  return { ...loaded, profile: { ...loaded.profile, workload: RECORDED_WORKLOAD } };
}
