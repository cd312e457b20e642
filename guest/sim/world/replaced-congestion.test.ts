/** A controller that is given to a world of virtual time is the one that its connections ask. */
import { expect, test } from "vitest";
import { fixedWindows } from "../../core/udp-sec/congestion/fixed-window.fixture.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { settle } from "../../programs/sim/settle.ts";
import { findScenario } from "../scenarios/catalogue.ts";
import { runBusScenario } from "./run-bus-scenario.ts";
import { runScenario } from "./run-scenario.ts";

const WINDOW_DATAGRAMS = 4;

test("endpoints: a fixed window in place of NewReno over a clean path", () => {
  const found = findScenario("transfer");
  if (found?.world !== "endpoint") throw new Error("transfer is no scenario of endpoints");
  const { factory, made } = fixedWindows(WINDOW_DATAGRAMS);
  // Without its expectation: that of the scenario is about a window that grows.
  const scenario = { ...found.scenario, expect: () => undefined };
  const { failure, outcome } = runScenario(scenario, { seed: 1, crypto: nativeCrypto, congestion: factory });
  expect(failure).toBeUndefined();
  // Both ends of the one connection.
  expect(made).toHaveLength(2);
  const windowBytes = made[0]?.cwndBytes ?? 0;
  expect(outcome.sides.map(({ maxCongestionWindowBytes }) => maxCongestionWindowBytes)).toEqual([
    windowBytes,
    windowBytes,
  ]);
  expect(Math.max(...made.map(({ mostInFlightBytes }) => mostInFlightBytes))).toBeLessThanOrEqual(windowBytes);
  expect(Math.max(...made.map(({ sent }) => sent.length))).toBeGreaterThan(200);
});

test("daemons and self-tests: the same, for what they dial and what they accept", async () => {
  const found = findScenario("ladder");
  if (found?.world !== "bus") throw new Error("ladder is no scenario of daemons");
  const { factory, made } = fixedWindows(WINDOW_DATAGRAMS);
  const { failure } = await runBusScenario(found.scenario, {
    seed: 1,
    crypto: nativeCrypto,
    settle,
    congestion: factory,
  });
  expect(failure).toBeUndefined();
  expect(made).toHaveLength(2);
  expect(made.every(({ sent }) => sent.length > 100)).toBe(true);
});
