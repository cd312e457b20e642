import { PROBES } from "../../../guest/selftest/probes/index.ts";
import type { SelftestOptions } from "../../../guest/selftest/selftest.ts";

export type { SelftestOptions };

/** Prints what a self-test prints, and does nothing. */
export function runSelftest({ runtime, configuration }: SelftestOptions): Promise<boolean> {
  for (const { name } of configuration.probes) {
    const { marker } = PROBES[name];
    if (marker !== undefined) runtime.console.marker(marker);
  }
  return Promise.resolve(true);
}
