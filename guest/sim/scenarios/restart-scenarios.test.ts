import { expect, it } from "vitest";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { runBusScenario } from "../world/run-bus-scenario.ts";
import { RESTART_SCENARIOS } from "./restart-scenarios.ts";
import type { BusScenario } from "../plan/bus-scenario.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const run = (scenario: BusScenario, seed: number) => runBusScenario(scenario, { seed, crypto: nativeCrypto, settle });

/**
 * The full count is the command's: `npm run -s sim -- --scenario sigkill --seeds 1..200`. Seed 9 dies while a stream is finishing; in 30035 the last
 * answer of the dead is on its way.
 */
const SEEDS: Readonly<Record<string, readonly number[]>> = { sigkill: [1, 2, 9, 30_035], "sigkill-tcp": [1, 2, 9] };

function named(name: string): BusScenario {
  const scenario = RESTART_SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario;
}

it.each(RESTART_SCENARIOS.map(({ name, proves }) => [name, proves]))("%s: %s", async (name) => {
  for (const seed of SEEDS[name] ?? [1]) {
    expect((await run(named(name), seed)).failure?.reason).toBeUndefined();
  }
});

it("a side that never comes back fails sigkill", async () => {
  const gone = { ...named("sigkill"), timeline: [{ atMs: 500, kind: "crash", node: "b" }] } as const;
  expect((await run(gone, 1)).failure?.reason).toMatch(/served nobody|never noticed/);
});

it("without announcements nothing is found", async () => {
  const nodes = named("discovery").nodes.map((node) => ({
    ...node,
    discovery: { trust: "peer-table", announceTo: [] } as const,
  }));
  expect((await run({ ...named("discovery"), nodes }, 1)).failure?.reason).toMatch(/first session of a at  ms/);
});
