import { expect, test } from "vitest";
import { LIE_TOLD } from "../../peer/liar-plan.ts";
import { loadProfile } from "../../profiles/load.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import { toldLies } from "./told-lies.ts";

const plan = planTopology(topologyOfProfile(loadProfile("liars").profile), { seed: "s", nonce: "n" });

/** Every node of the profile says so. */
function nodesSaying(...said: readonly Readonly<Record<string, unknown>>[]): FinishedNode[] {
  const events = said.map((data, seq) => ({ seq, kind: LIE_TOLD, source: "peer", atMs: 0, arrivedMs: 0, data }));
  // Of the two peers of the profile one is enough.
  const nodes = plan.nodes.filter(({ node }) => node.name !== "m");
  return nodes.map((node) => ({ name: node.node.name, planned: { plan: node }, events }) as unknown as FinishedNode);
}

test("only the harness's own peer is believed to lie, where the machine sees it", () => {
  const nodes = nodesSaying({ lie: null, port: 40_001 }, { lie: "pn-used-twice", port: 40_002 });
  expect(toldLies({ nodes })).toEqual([
    { lie: undefined, sockets: ["10.0.2.2:40001"] },
    { lie: "pn-used-twice", sockets: ["10.0.2.2:40002"] },
  ]);
});

test("what is no lie, or no port, is none", () => {
  const nodes = nodesSaying({ lie: "magic", port: 40_001 }, { lie: "pn-used-twice" });
  expect(toldLies({ nodes })).toEqual([{ lie: undefined, sockets: ["10.0.2.2:40001"] }]);
});
