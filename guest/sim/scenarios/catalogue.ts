/** All scenarios by name, and the one that a mistyped name most likely meant. */
import { BUS_SCENARIOS } from "./bus-scenarios.ts";
import { cleanPathScenarios } from "./clean-path.ts";
import { flowControlScenarios } from "./flow-control.ts";
import { hostilePeerScenarios } from "./hostile-peer.ts";
import { lifeCycleScenarios } from "./life-cycle.ts";
import { lossyPathScenarios } from "./lossy-path.ts";
import { narrowPathScenarios } from "./narrow-path.ts";
import { RESTART_SCENARIOS } from "./restart-scenarios.ts";
import type { BusScenario } from "../plan/bus-scenario.ts";
import type { Scenario } from "../plan/scenario.ts";

/** What runs it: endpoints alone, or daemons and self-tests on the virtual runtime. */
export type AnyScenario =
  | { readonly world: "endpoint"; readonly scenario: Scenario }
  | { readonly world: "bus"; readonly scenario: BusScenario };

const ENDPOINT_SCENARIOS: readonly Scenario[] = [
  ...cleanPathScenarios,
  ...lossyPathScenarios,
  ...narrowPathScenarios,
  ...flowControlScenarios,
  ...lifeCycleScenarios,
  ...hostilePeerScenarios,
];

export const SCENARIOS: readonly AnyScenario[] = [
  ...ENDPOINT_SCENARIOS.map((scenario): AnyScenario => ({ world: "endpoint", scenario })),
  ...[...BUS_SCENARIOS, ...RESTART_SCENARIOS].map((scenario): AnyScenario => ({ world: "bus", scenario })),
];

export function findScenario(name: string): AnyScenario | undefined {
  return SCENARIOS.find(({ scenario }) => scenario.name === name);
}
