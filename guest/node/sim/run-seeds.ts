/** A scenario over a range of seeds, summed up. */
import { nobleCrypto } from "../../core/crypto/noble.ts";
import { withOverrides } from "../../sim/scenarios/overrides.ts";
import { TraceHash } from "../../sim/trace-hash.ts";
import { runScenario } from "../../sim/world/run-scenario.ts";
import { nativeCrypto } from "../crypto/native.ts";
import type { TraceSink } from "../../core/trace.ts";
import type { Scenario } from "../../sim/scenarios/scenario.ts";
import type { RunResult } from "../../sim/world/run-scenario.ts";
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

export function runSeeds(scenario: Scenario, args: SimArguments, traceOf?: (node: string) => TraceSink): SeedsSummary {
  const summary: SeedsSummary = {
    scenario: scenario.name,
    seeds: 0,
    passed: 0,
    failed: 0,
    failures: [],
    virtualMs: 0,
    realMs: 0,
    traceHash: "",
  };
  const hash = new TraceHash();
  const changed = withOverrides(scenario, args.overrides);
  const crypto = args.crypto === "noble" ? nobleCrypto : nativeCrypto;
  const startedMs = performance.now();
  for (let seed = args.firstSeed; seed <= args.lastSeed; seed++) {
    const result = runScenario(changed, { seed, crypto, traceOf });
    summary.seeds += 1;
    summary.virtualMs += result.outcome.virtualMs;
    hash.text(result.outcome.traceHash);
    if (result.failure === undefined) summary.passed += 1;
    else addFailure(summary, result, replayCommand(scenario.name, seed, args));
  }
  summary.realMs = performance.now() - startedMs;
  summary.traceHash = hash.digest();
  return summary;
}

function addFailure(summary: SeedsSummary, { seed, failure }: RunResult, replay: string): void {
  summary.failed += 1;
  if (failure === undefined || summary.failures.length >= MAX_LISTED_FAILURES) return;
  summary.failures.push({ seed, replay, ...failure });
}

export function replayCommand(scenario: string, seed: number, { overrides, crypto }: SimArguments): string {
  const { loss, delayMs, rateMbps, bytes } = overrides;
  const options = Object.entries({ loss, "delay-ms": delayMs, "rate-mbps": rateMbps, bytes })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${value}`);
  const noble = crypto === "noble" ? " --crypto noble" : "";
  return `npm run -s sim -- --scenario ${scenario} --seed ${seed}${options.join("")}${noble}`;
}
