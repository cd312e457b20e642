/** One seed of a scenario of the virtual world. */
import type { CryptoPrimitives } from "../../../guest/core/index.ts";
import { findScenario } from "../../../guest/sim/scenarios/catalogue.ts";
import { runBusScenario } from "../../../guest/sim/world/run-bus-scenario.ts";
import { runScenario } from "../../../guest/sim/world/run-scenario.ts";

export interface SeedOutcome {
  /** Undefined: passed. */
  readonly failure: string | undefined;
  readonly virtualMs: number;
  readonly traceHash: string;
}

class NoScenarioError extends Error {
  override readonly name = "NoScenarioError";
  readonly code = "NO_SCENARIO";
}

/** @param settle resolves once no promise can go on without an event of the virtual world */
export async function runSeed(
  name: string,
  seed: number,
  crypto: CryptoPrimitives,
  settle: () => Promise<void>,
): Promise<SeedOutcome> {
  const found = findScenario(name);
  if (found === undefined) throw new NoScenarioError(name);
  const { failure, outcome } =
    found.world === "bus"
      ? await runBusScenario(found.scenario, { seed, crypto, settle })
      : runScenario(found.scenario, { seed, crypto });
  return { failure: failure?.reason, virtualMs: outcome.virtualMs, traceHash: outcome.traceHash };
}
