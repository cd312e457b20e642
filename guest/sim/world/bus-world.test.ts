import { expect, it } from "vitest";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { BUS_SCENARIOS } from "../scenarios/bus-scenarios.ts";
import { openingInPlace } from "./opening-in-place.fixture.ts";
import { runBusScenario } from "./run-bus-scenario.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function run(name: string, seed: number, crypto = nativeCrypto) {
  const scenario = BUS_SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`no bus scenario ${name}`);
  return runBusScenario(scenario, { seed, crypto, settle });
}

it.each([
  ["auto chooses tcp if udp-sec is unavailable", "fallback"],
  ["auto chooses tcp if udp-sec is disabled", "fallback-disabled"],
  ["tcp is remembered for 60 s", "fallback-memory"],
  ["nothing listens and nothing dials without a hardware source of entropy", "entropy-gate"],
  ["the ladder of udp-sec over 5 % loss", "ladder"],
])("%s (%s)", async (_proof, name) => {
  expect((await run(name, 1)).failure).toBeUndefined();
});

it("is deterministic although daemons are asynchronous", async () => {
  const hashOf = async (seed: number) => (await run("ladder", seed)).outcome.traceHash;
  const first = await hashOf(3);
  expect(await hashOf(3)).toBe(first);
  expect(await hashOf(4)).not.toBe(first);
});

it("gives the same trace where packets are opened in their own memory, of which a daemon's status tells how much it holds", async () => {
  const native = await run("ladder", 1);
  expect((await run("ladder", 1, openingInPlace)).outcome.traceHash).toBe(native.outcome.traceHash);
});

it("fails a scenario whose marker never comes", async () => {
  const scenario = BUS_SCENARIOS.find(({ name }) => name === "fallback");
  if (scenario === undefined) throw new Error("no scenario");
  const healed = { ...scenario, path: {} };
  const result = await runBusScenario(healed, { seed: 1, crypto: nativeCrypto, settle });
  expect(result.failure?.reason).toContain("never printed");
});
