import { join } from "node:path";
import { expectedCosts } from "../../history/expected-cost.ts";
import { readHistory } from "../../history/history.ts";
import { buildFolder } from "../../host/package-assets.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import { machinesOf } from "../../run/request/machine-needs.ts";

/** Where runs of this machine are remembered. */
export function historyFolder(): string {
  return join(buildFolder(), "history");
}

/** @returns by name what a run of each profile is expected to cost, from the history of this machine */
export function costsOf(loaded: readonly LoadedProfile[]): Map<string, number> {
  const profiles = loaded.map(({ profile }) => ({
    ...{ name: profile.name, timeoutMs: profile.timeout, machines: machinesOf(profile) },
  }));
  return expectedCosts(profiles, (name) => readHistory(historyFolder(), name));
}
