/**
 * What the stack must prove on a host, without a machine: tests whose names are part of the product's interface (others run them by
 * name). The same stack as in the guest, on paths of the virtual world.
 */
import { describe, expect, it } from "vitest";
import { nativeCrypto } from "../node/crypto/native.ts";
import { BUS_SCENARIOS } from "./scenarios/bus-scenarios.ts";
import { findScenario, SCENARIOS } from "./scenarios/catalogue.ts";
import { withOverrides } from "./scenarios/overrides.ts";
import { EndpointWorld } from "./world/endpoint-world.ts";
import { runBusScenario } from "./world/run-bus-scenario.ts";
import { runScenario } from "./world/run-scenario.ts";
import type { Scenario } from "./plan/scenario.ts";
import type { Outcome, SideRecord } from "./plan/outcome.ts";

const SEEDS = [1, 2, 3, 4, 5];
const SENT_BYTES = 256 * 1024;

function scenario(name: string): Scenario {
  const found = findScenario(name);
  if (found?.world !== "endpoint") throw new Error(`no endpoint scenario ${name}`);
  return found.scenario;
}

function passed(plan: Scenario, seed: number): Outcome {
  const { failure, outcome } = runScenario(plan, { seed, crypto: nativeCrypto });
  expect(failure?.reason).toBeUndefined();
  return outcome;
}

/** Both sides of the one connection that completed. */
function completed({ sides }: Outcome): [SideRecord, SideRecord] {
  const done = sides.filter(({ end }) => end === "NO_ERROR");
  const [initiator, responder] = [
    done.find(({ role }) => role === "initiator"),
    done.find(({ role }) => role !== "initiator"),
  ];
  if (initiator === undefined || responder === undefined) throw new Error("no transfer completed");
  return [initiator, responder];
}

describe("a lossy link at 5 % and 10 % completes handshake and transfer", () => {
  it.each([0.05, 0.1])("loss of %f in both directions", (loss) => {
    for (const seed of SEEDS) {
      const outcome = passed(withOverrides(scenario("transfer"), { loss, bytes: SENT_BYTES }), seed);
      const [initiator, responder] = completed(outcome);
      expect(responder.deliveredBytes).toBe(SENT_BYTES);
      expect(initiator.deliveredBytes).toBe(responder.writtenBytes);
      const traffic = outcome.traffic.get("a");
      // It did lose: more bytes left than any path without loss needs.
      expect(traffic?.sentDatagrams).toBeGreaterThan(SENT_BYTES / 1134);
    }
  });
});

// Requirement: B-2
describe("no datagram above 1200", () => {
  it.each(SCENARIOS.filter(({ world }) => world === "endpoint").map(({ scenario: { name } }) => name))(
    "in %s",
    (name) => {
      let largest = 0;
      const world = new EndpointWorld(scenario(name), { seed: 2, crypto: nativeCrypto });
      world.network.observe({ onSent: ({ bytes }) => (largest = Math.max(largest, bytes.length)) });
      world.run();
      expect(largest).toBe(1200);
    },
  );
});

describe("cwnd falls under loss and grows on a clean path", () => {
  it("falls under loss, and grows again after", () => {
    for (const seed of SEEDS) {
      const [initiator] = completed(passed(scenario("loss5"), seed));
      expect([initiator.firstFallMs !== undefined, initiator.hasRecovered]).toEqual([true, true]);
    }
  });

  it("grows on a clean path, and never falls", () => {
    const [initiator] = completed(passed(scenario("transfer"), 1));
    expect(initiator.firstFallMs).toBeUndefined();
    expect(initiator.minCongestionWindowBytes).toBe(12_000);
    expect(initiator.maxCongestionWindowBytes).toBeGreaterThan(2 * 12_000);
  });
});

describe("auto chooses tcp", () => {
  it.each([
    ["if udp-sec is disabled", "fallback-disabled"],
    ["if udp-sec is unavailable", "fallback"],
  ])("%s", async (_when, name) => {
    const plan = BUS_SCENARIOS.find((known) => known.name === name);
    if (plan === undefined) throw new Error(`no bus scenario ${name}`);
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    for (const seed of SEEDS) {
      const result = await runBusScenario(plan, { seed, crypto: nativeCrypto, settle });
      expect(result.failure?.reason).toBeUndefined();
    }
  });
});
