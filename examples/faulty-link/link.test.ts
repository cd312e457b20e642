// A test of your own over a link that gets worse and better: what arrives is what was sent, and the wire agrees.
import { daemon, drop, expect, faults, selftest, test, type LabTopology } from "udpsec/vitest";

// One machine with two NICs on the switch, a daemon behind one and a self-test behind the other.
const TOPOLOGY = {
  networks: { net: { kind: "fabric", links: [{ between: ["a.0", "a.1"], faults: [drop(0.02)] }] } },
  nodes: {
    a: { process: [daemon({ mode: "udp-sec" }), selftest({ target: "a", probes: ["bulk"], mode: "udp-sec" })] },
  },
  actions: { storm: faults("a.0", "a.1", [drop(0.1)]) },
  workload: { bulkBytes: 131_072 },
} as const satisfies LabTopology;

test("a transfer gets through a storm", async ({ lab }) => {
  const { a } = await lab.start(TOPOLOGY, { seed: 7 });
  await a.reach("dsoftbus: udp-sec os session ok", { within: "90s" });
  await lab.begin("storm");
  await a.reach("SELFTEST: udp-sec bulk ok", { within: "120s" });
  await lab.clear("storm");

  const run = await lab.end();
  expect(run).toPass();
  for (const rule of ["bulk-content", "retransmission-seen", "no-fragments"]) expect(run).toConfirm(rule);
});
