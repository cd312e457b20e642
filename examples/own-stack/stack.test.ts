// A UDP-sec stack of your own, judged by a peer that shares no code with it. The stack here is the package's, in its own guest: put the table
// of your guest in the place of "udpsec", with a console that tells the key log (channel.keyLog), and the rest stays.
import { daemon, expect, test, type LabTopology } from "udpsec/vitest";

const JUDGED = {
  networks: { net: { kind: "user" } },
  nodes: {
    // The reference peer, on this host: it dials the daemon, uses every service, and then tells lies, drawn by the seed.
    l: { guest: "peer", lies: 1, process: [daemon({ mode: "udp-sec" })] },
    a: { guest: "udpsec", process: [daemon({ mode: "udp-sec", dials: ["l"] })] },
  },
  markers: [
    { id: "honest", text: "PEER: honest sessions ok", process: "peer", evidence: ["observer"] },
    {
      id: "answered",
      text: "PEER: lies answered as they must be <lies:count>",
      process: "peer",
      evidence: ["observer"],
    },
  ],
  // What the peer knows opens every session: nobody has to tell a secret.
  keyLog: false,
} as const satisfies LabTopology;

test("keeps to the specification, and believes no lie", async ({ lab }) => {
  const { l } = await lab.start(JUDGED, { seed: 3 });
  await l.reach("PEER: honest sessions ok", { within: "150s" });
  const { fields } = await l.reach("PEER: lies answered as they must be <lies:count>", { within: "60s" });
  expect(fields.lies).toBeGreaterThan(0);

  const run = await lab.end();
  expect(run).toPass();
  // Every packet of every session, followed by a second implementation.
  expect(run).toConfirm("observer");
  expect(run).toConfirm("no-fragments");
});
