/** One scenario of daemons and self-tests with one seed, from nothing to a verdict. */
import { CheckViolation } from "../checkers/violation.ts";
import { BusWorld } from "./bus-world.ts";
import type { BusScenario } from "../plan/bus-scenario.ts";
import type { BusOutcome } from "../plan/bus-outcome.ts";
import type { BusWorldOptions } from "./bus-world.ts";
import type { ScenarioFailure } from "./run-scenario.ts";

export interface BusRunResult {
  readonly seed: number;
  /** Undefined: passed. */
  readonly failure: ScenarioFailure | undefined;
  readonly outcome: { readonly virtualMs: number; readonly traceHash: string };
}

export async function runBusScenario(scenario: BusScenario, options: BusWorldOptions): Promise<BusRunResult> {
  const world = new BusWorld(scenario, options);
  const reason = await reasonOfFailure(scenario, world);
  const outcome = world.outcome();
  const { seed } = options;
  if (reason === undefined) return { seed, failure: undefined, outcome };
  return { seed, failure: { reason, virtualMs: outcome.virtualMs, recent: world.observation.recent() }, outcome };
}

/** Whatever markers came before: a probe that failed is a failure. */
function failedSelftest({ selftests }: BusOutcome): string | undefined {
  for (const [node, hasPassed] of selftests) if (!hasPassed) return `a probe of ${node} failed`;
  return undefined;
}

async function reasonOfFailure(scenario: BusScenario, world: BusWorld): Promise<string | undefined> {
  try {
    const outcome = await world.run();
    return scenario.expect(outcome) ?? (scenario.probesMayFail === true ? undefined : failedSelftest(outcome));
  } catch (error) {
    if (error instanceof CheckViolation) return error.message;
    return error instanceof Error ? `thrown: ${error.stack ?? error.message}` : `thrown: ${String(error)}`;
  }
}
