import { expect, it } from "vitest";
import { loadProfile } from "../../profiles/load.ts";
import { describeParties, partiesOf } from "./parties.ts";

it.each([
  ["udp-sec", "not independent", "wire valid; parties not independent"],
  ["tcp-fallback", "not independent", "wire valid; parties not independent"],
  ["cross-vm", "two guests", "wire valid; each party a guest of its own"],
  ["two-party", "guest and harness", "wire valid; one party is the harness's"],
  ["foreign", "none", undefined],
])("profile %s: %s", (name, parties, words) => {
  const found = partiesOf(loadProfile(name).profile);
  expect([found, describeParties(found)]).toEqual([parties, words]);
});
