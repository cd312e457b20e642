/** The command line of the virtual world. */
import { parseArgs } from "node:util";
import { findScenario, SCENARIOS } from "../../sim/scenarios/catalogue.ts";
import { nearestName } from "../../../contract/nearest-name.ts";
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
  readonly crypto: "native" | "noble";
  readonly traceFile: string | undefined;
}

/** A command line that can't be carried out; exit status 2. */
export class SimUsageError extends Error {
  readonly code = "USAGE";
}

const OPTIONS = {
  scenario: { type: "string" },
  seeds: { type: "string" },
  seed: { type: "string" },
  loss: { type: "string" },
  "delay-ms": { type: "string" },
  "rate-mbps": { type: "string" },
  bytes: { type: "string" },
  crypto: { type: "string" },
  trace: { type: "string" },
  json: { type: "boolean" },
  list: { type: "boolean" },
} as const;

const MAX_BYTES = 1024 ** 3;

/** @throws SimUsageError */
export function parseSimArguments(args: readonly string[]): SimArguments {
  const values = parse(args);
  const isList = values.list === true;
  const scenarioName = values.scenario ?? (isList ? "all" : fail("--scenario NAME is needed; --list shows them"));
  const crypto = values.crypto ?? "native";
  if (crypto !== "native" && crypto !== "noble") fail(`--crypto is native or noble, not ${crypto}`);
  const [firstSeed, lastSeed] = seedsOf(values.seeds, values.seed);
  if (values.trace !== undefined && (firstSeed !== lastSeed || scenarioName === "all")) {
    fail("--trace writes one run: give --seed N and one scenario");
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
      loss: numberOf("loss", values.loss, 0, 1),
      delayMs: numberOf("delay-ms", values["delay-ms"], 0, 10_000),
      rateMbps: numberOf("rate-mbps", values["rate-mbps"], 0.001, 100_000),
      bytes: numberOf("bytes", values.bytes, 0, MAX_BYTES),
    },
    crypto,
    traceFile: values.trace,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
    const unknown = /'--([^' ]+)/.exec(message)?.[1];
    const near = unknown === undefined ? undefined : nearestName(unknown, Object.keys(OPTIONS));
    return fail(near === undefined || near === unknown ? message : `${message}; did you mean --${near}?`);
  }
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

function numberOf(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return text.trim() !== "" && value >= least && value <= most
    ? value
    : fail(`--${name} is a number from ${least} to ${most}, not ${text}`);
}

function fail(message: string): never {
  throw new SimUsageError(message);
}
