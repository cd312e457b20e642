/** A scenario over a range of seeds, summed up. */
import type { TraceSink } from "../../core/index.ts";
import { overridePath, withOverrides } from "../../sim/scenarios/overrides.ts";
import { TraceHash } from "../../sim/trace-hash.ts";
import { runBusScenario } from "../../sim/world/run-bus-scenario.ts";
import { runScenario } from "../../sim/world/run-scenario.ts";
import { chosenCrypto } from "./chosen-crypto.ts";
import { settle } from "./settle.ts";
import type { AnyScenario } from "../../sim/scenarios/catalogue.ts";
import type { BusRunResult } from "../../sim/world/run-bus-scenario.ts";
import type { RunTap } from "../../sim/world/run-tap.ts";
import type { SimArguments } from "./sim-arguments.ts";

/** Listed in full up to here; all are counted. */
const MAX_LISTED_FAILURES = 100;

export interface SeedFailure {
  readonly seed: number;
  readonly reason: string;
  /** The command that shows it again. */
  readonly replay: string;
  readonly virtualMs: number;
  readonly recent: readonly string[];
}

export interface SeedsSummary {
  readonly scenario: string;
  seeds: number;
  passed: number;
  failed: number;
  readonly failures: SeedFailure[];
  virtualMs: number;
  realMs: number;
  /** Over the trace hashes of all seeds. */
  traceHash: string;
}

/** What is told of one run, from one process or thread to another too. */
export interface SeedFindings {
  readonly seed: number;
  readonly virtualMs: number;
  readonly realMs: number;
  readonly traceHash: string;
  readonly failure: BusRunResult["failure"];
}

/** Who looks at the runs, beside the checkers. */
export interface RunWatchers {
  readonly traceOf?: ((node: string) => TraceSink) | undefined;
  /** Of one run: it can't tell several apart. */
  readonly tap?: RunTap | undefined;
}

export async function runSeeds(
  chosen: AnyScenario,
  args: SimArguments,
  watchers: RunWatchers = {},
): Promise<SeedsSummary> {
  return sumUp(chosen.scenario.name, await resultsOf(chosen, args, watchers), args);
}

/** Runs the seeds that are asked for, one after the other. */
export async function resultsOf(
  chosen: AnyScenario,
  args: SimArguments,
  watchers: RunWatchers = {},
): Promise<SeedFindings[]> {
  const runSeed = seedRunner(chosen, args, watchers);
  const results: SeedFindings[] = [];
  for (let seed = args.firstSeed; seed <= args.lastSeed; seed++) {
    const startedMs = performance.now();
    const { outcome, failure } = await runSeed(seed);
    const { virtualMs, traceHash } = outcome;
    results.push({ seed, virtualMs, realMs: performance.now() - startedMs, traceHash, failure });
  }
  return results;
}

/** @param results of all seeds, in their order: the hash over all of them is the same, whoever ran them */
export function sumUp(name: string, results: readonly SeedFindings[], args: SimArguments): SeedsSummary {
  const summary: SeedsSummary = {
    scenario: name,
    seeds: 0,
    passed: 0,
    failed: 0,
    failures: [],
    virtualMs: 0,
    realMs: 0,
    traceHash: "",
  };
  const hash = new TraceHash();
  for (const result of results) {
    summary.seeds += 1;
    summary.virtualMs += result.virtualMs;
    summary.realMs += result.realMs;
    hash.text(result.traceHash);
    if (result.failure === undefined) summary.passed += 1;
    else addFailure(summary, result, replayCommand(name, result.seed, args));
  }
  summary.traceHash = hash.digest();
  return summary;
}

function seedRunner(
  { world, scenario }: AnyScenario,
  { overrides, crypto: kind }: SimArguments,
  watchers: RunWatchers,
): (seed: number) => BusRunResult | Promise<BusRunResult> {
  const crypto = chosenCrypto(kind);
  if (world === "bus") {
    const changed = { ...scenario, path: overridePath(scenario.path, overrides) };
    return (seed) => runBusScenario(changed, { seed, crypto, settle, ...watchers });
  }
  const changed = withOverrides(scenario, overrides);
  return (seed) => runScenario(changed, { seed, crypto, ...watchers });
}

function addFailure(summary: SeedsSummary, { seed, failure }: SeedFindings, replay: string): void {
  summary.failed += 1;
  if (failure === undefined || summary.failures.length >= MAX_LISTED_FAILURES) return;
  summary.failures.push({ seed, replay, ...failure });
}

export function replayCommand(scenario: string, seed: number, { overrides, crypto }: SimArguments): string {
  const { loss, delayMs, rateMbps, bytes } = overrides;
  const options = Object.entries({ loss, "delay-ms": delayMs, "rate-mbps": rateMbps, bytes })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${value}`);
  const primitives = crypto === "native" ? "" : ` --crypto ${crypto}`;
  return `npm run -s sim -- --scenario ${scenario} --seed ${seed}${options.join("")}${primitives}`;
}
