import { expect, test } from "vitest";
import { SCENARIO_NAMES } from "../../../contract/scenario-names.ts";
import { SCENARIOS } from "./catalogue.ts";

test("every scenario has a name of its own, which the contract lists", () => {
  expect(SCENARIOS.map(({ scenario }) => scenario.name)).toEqual(SCENARIO_NAMES);
  expect(new Set(SCENARIO_NAMES).size).toBe(SCENARIO_NAMES.length);
});
