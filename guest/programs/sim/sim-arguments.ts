/** What `udpsec sim` was asked for, checked: its options are those of contract/sim-options.ts. */
import { SIM_OPTIONS, type SimNumberName, type SimValues } from "../../../contract/sim-options.ts";
import { findScenario, SCENARIOS } from "../../sim/scenarios/catalogue.ts";
import { nearestName } from "../../../contract/nearest-name.ts";
import { ToolUsageError } from "../developer-tool.ts";
import { CRYPTO_NAMES, type CryptoName, isCryptoName } from "./chosen-crypto.ts";
import type { Overrides } from "../../sim/scenarios/overrides.ts";
import type { AnyScenario } from "../../sim/scenarios/catalogue.ts";

export interface SimArguments {
  readonly isList: boolean;
  readonly isJson: boolean;
  /** As given: a name or `all`. */
  readonly scenarioName: string;
  readonly scenarios: readonly AnyScenario[];
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly overrides: Overrides;
  readonly crypto: CryptoName;
  readonly traceFile: string | undefined;
  /** Where the frames of one run are written as lines (contract/virtual-frame.ts). */
  readonly framesFile: string | undefined;
  /** Where the key log of one run is written. */
  readonly secretsFile: string | undefined;
}

/** @throws ToolUsageError */
export function checkSimValues(values: SimValues): SimArguments {
  const isList = values.list === true;
  const scenarioName = values.scenario ?? (isList ? "all" : fail("--scenario NAME is needed; --list shows them"));
  const crypto = values.crypto ?? "native";
  if (!isCryptoName(crypto)) fail(`--crypto is ${CRYPTO_NAMES.join(", ")}, not ${crypto}`);
  const [firstSeed, lastSeed] = seedsOf(values.seeds, values.seed);
  const ofOneRun = (["trace", "capture", "secrets"] as const).find((name) => values[name] !== undefined);
  if (ofOneRun !== undefined && (firstSeed !== lastSeed || scenarioName === "all")) {
    fail(`--${ofOneRun} writes one run: give --seed N and one scenario`);
  }
  const scenarios = scenariosOf(scenarioName);
  const probing = scenarios.find(({ world }) => world === "bus")?.scenario.name;
  if (values.bytes !== undefined && probing !== undefined) {
    fail(
      `--bytes can't change ${probing}: daemons and their probes decide what they send; give a scenario of endpoints`,
    );
  }
  return {
    isList,
    isJson: values.json === true,
    scenarioName,
    scenarios,
    firstSeed,
    lastSeed,
    overrides: {
      loss: numberOf(values, "loss"),
      delayMs: numberOf(values, "delay-ms"),
      rateMbps: numberOf(values, "rate-mbps"),
      bytes: numberOf(values, "bytes"),
    },
    crypto,
    traceFile: values.trace,
    framesFile: values.capture,
    secretsFile: values.secrets,
  };
}

function scenariosOf(name: string): readonly AnyScenario[] {
  if (name === "all") return SCENARIOS;
  const scenario = findScenario(name);
  if (scenario !== undefined) return [scenario];
  const near = nearestName(
    name,
    SCENARIOS.map(({ scenario: known }) => known.name),
  );
  return fail(`no scenario ${name}${near === undefined ? "" : `; did you mean ${near}?`} --list shows them`);
}

function seedsOf(range: string | undefined, seed: string | undefined): [number, number] {
  if (range !== undefined && seed !== undefined) fail("--seeds or --seed, not both");
  if (seed !== undefined) return [seedOf(seed), seedOf(seed)];
  if (range === undefined) return [1, 10];
  const match = /^(\d+)\.\.(\d+)$/.exec(range);
  const [first, last] = [seedOf(match?.[1] ?? ""), seedOf(match?.[2] ?? "")];
  return first <= last ? [first, last] : fail(`--seeds ${range}: the first is above the last`);
}

function seedOf(text: string): number {
  const seed = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(seed) ? seed : fail("seeds are whole numbers: --seeds 1..1000");
}

function numberOf(values: SimValues, name: SimNumberName): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const { least, most } = SIM_OPTIONS[name].range;
  const value = Number(text);
  return text.trim() !== "" && value >= least && value <= most
    ? value
    : fail(`--${name} is a number from ${least} to ${most}, not ${text}`);
}

function fail(message: string): never {
  throw new ToolUsageError(message);
}
