/** One scenario with one seed, from nothing to a verdict. */
import { CheckViolation } from "../checkers/violation.ts";
import { adversaryFactory } from "../adversaries/adversary-factory.ts";
import { EndpointWorld } from "./endpoint-world.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { WorldOptions } from "./endpoint-world.ts";
import type { Outcome } from "../plan/outcome.ts";

export interface SeedResult {
  readonly seed: number;
  /** Undefined: passed. */
  readonly failure: ScenarioFailure | undefined;
  readonly outcome: Outcome;
}

export interface ScenarioFailure {
  /** One line: which checker or expectation, and what it saw. */
  readonly reason: string;
  readonly virtualMs: number;
  /** The last events, oldest first. */
  readonly recent: readonly string[];
}

export function runScenario(scenario: Scenario, options: WorldOptions): SeedResult {
  const world = new EndpointWorld(scenario, { connectionFactory: adversaryFactory, ...options });
  const reason = reasonOfFailure(scenario, world);
  const outcome = world.outcome();
  if (reason === undefined) return { seed: options.seed, failure: undefined, outcome };
  const failure = { reason, virtualMs: outcome.virtualMs, recent: world.observation.recent() };
  return { seed: options.seed, failure, outcome };
}

function reasonOfFailure(scenario: Scenario, world: EndpointWorld): string | undefined {
  try {
    const outcome = world.run();
    return world.failure ?? incompleteTransfer(outcome) ?? scenario.expect?.(outcome);
  } catch (error) {
    if (error instanceof CheckViolation) return error.message;
    // Anything that the core throws is a finding, with its place.
    return error instanceof Error ? `thrown: ${error.stack ?? error.message}` : `thrown: ${String(error)}`;
  }
}

/** A connection that ended well has delivered everything, in both directions. */
function incompleteTransfer({ sides }: Outcome): string | undefined {
  for (const side of sides) {
    if (side.end !== "NO_ERROR") continue;
    const peer = sides.find(({ session, role }) => session === side.session && role !== side.role);
    if (peer === undefined) continue;
    if (side.deliveredBytes === peer.writtenBytes && side.isReadFinished) continue;
    const got = `${side.deliveredBytes} of ${peer.writtenBytes} bytes${side.isReadFinished ? "" : ", unfinished"}`;
    return `completion: ${side.node} ended with NO_ERROR but got ${got}`;
  }
  return undefined;
}
