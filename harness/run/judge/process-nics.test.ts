import { expect, test } from "vitest";
import { loadProfile } from "../../profiles/load.ts";
import { planTopology, type NodeNeeds } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { nicOfSource, nicsOfPrinter } from "./process-nics.ts";

function planned(
  profile: string,
  node = "a",
): { readonly needs: NodeNeeds; readonly nicOf: (source: string) => unknown } {
  const topology = topologyOfProfile(loadProfile(profile).profile);
  const needs = planTopology(topology, { seed: "s", nonce: "n" }).nodes.find((one) => one.node.name === node);
  if (needs === undefined) throw new RangeError(`no node ${node}`);
  return { needs, nicOf: (source) => nicOfSource(topology, node, source) };
}

test("a marker is of the NIC of who may print it, by its entry and the plan", () => {
  const { needs } = planned("udp-sec");
  const nics = (process: string): unknown => nicsOfPrinter(needs, { process });
  expect(nics("dsoftbusd")).toEqual(["a.0"]);
  expect(nics("selftest")).toEqual(["a.1"]);
  expect(nics("dsoftbusd or selftest")).toEqual(["a.0", "a.1"]);
  expect(nics("init")).toBeUndefined();
});

test("in a machine with one NIC it is of that one, whoever prints it", () => {
  const { needs } = planned("mesh-3", "b");
  expect(nicsOfPrinter(needs, { process: "dsoftbusd" })).toEqual(["b.0"]);
  expect(nicsOfPrinter(needs, { process: "selftest" })).toEqual(["b.0"]);
});

test("an event is of the process that it names", () => {
  const { nicOf } = planned("udp-sec");
  expect(["dsoftbusd", "selftest", "selftest-2"].map(nicOf)).toEqual(["a.0", "a.1", undefined]);
});
