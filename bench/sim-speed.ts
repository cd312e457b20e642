/** How much virtual time the virtual world covers in a second of real time, and in a second of one core. */
import { nativeCrypto } from "../guest/node/crypto/native.ts";
import { findScenario } from "../guest/sim/scenarios/catalogue.ts";
import { withOverrides, type Overrides } from "../guest/sim/scenarios/overrides.ts";
import { runScenario } from "../guest/sim/world/run-scenario.ts";

/** Seeds that run first and don't count: the compiler's warm-up is not the world's speed. */
const WARM_UP_SEEDS = 30;

export interface SimBenchResult {
  readonly what: string;
  readonly seeds: number;
  readonly virtualSeconds: number;
  readonly realSeconds: number;
  /** User and system time of this process. */
  readonly cpuSeconds: number;
  readonly virtualPerReal: number;
  readonly virtualPerCpu: number;
}

interface SimBenchCase {
  readonly what: string;
  readonly scenario: string;
  readonly overrides: Overrides;
  readonly seeds: number;
}

const CASES: readonly SimBenchCase[] = [
  {
    what: "256 KiB, 5 % loss, 30 ms one way",
    scenario: "transfer",
    overrides: { loss: 0.05, delayMs: 30 },
    seeds: 200,
  },
  {
    what: "4 MiB, 5 % loss, 30 ms one way",
    scenario: "transfer",
    overrides: { loss: 0.05, delayMs: 30, bytes: 4 * 1024 * 1024 },
    seeds: 10,
  },
  { what: "256 KiB, 10 % loss, 15 ms one way", scenario: "transfer", overrides: { loss: 0.1 }, seeds: 200 },
];

/** @param scale of the number of seeds: below 1 for a quick look */
export function benchSim(scale = 1): SimBenchResult[] {
  return CASES.map((one) => benchCase(one, Math.max(1, Math.round(one.seeds * scale))));
}

function benchCase({ what, scenario: name, overrides }: SimBenchCase, seeds: number): SimBenchResult {
  const found = findScenario(name);
  if (found?.world !== "endpoint") throw new TypeError(`no endpoint scenario ${name}`);
  const scenario = withOverrides(found.scenario, overrides);
  for (let seed = 1; seed <= Math.min(WARM_UP_SEEDS, seeds); seed++)
    runScenario(scenario, { seed, crypto: nativeCrypto });
  const before = process.cpuUsage();
  const startMs = performance.now();
  let virtualSeconds = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    virtualSeconds += runScenario(scenario, { seed, crypto: nativeCrypto }).outcome.virtualMs / 1000;
  }
  const realSeconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  const [virtualPerReal, virtualPerCpu] = [virtualSeconds / realSeconds, virtualSeconds / cpuSeconds];
  return { what, seeds, virtualSeconds, realSeconds, cpuSeconds, virtualPerReal, virtualPerCpu };
}
