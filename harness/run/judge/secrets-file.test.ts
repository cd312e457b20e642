import { expect, test } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { loadProfile } from "../../profiles/load.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { formatSecrets } from "./secrets-file.ts";

const key = (digit: string): string => digit.repeat(64);
const told = (line: string) => ({
  seq: 1,
  source: "selftest",
  atMs: 1,
  kind: EventKind.KEY_LOG,
  data: { line },
  arrivedMs: 1,
});

test("a node tells ephemeral secrets, and nothing else that it says is taken for a secret", () => {
  const plan = planTopology(topologyOfProfile(loadProfile("udp-sec").profile), { seed: "s", nonce: "n" });
  const good = `UDPSEC_EPHEMERAL ${key("a")} ${key("b")}`;
  const lies = [
    `UDPSEC_IDENTITY ${key("c")} ${key("d")}`,
    `UDPSEC_STATIC ${key("c")} ${key("d")}`,
    `UDPSEC_PEER ${key("c")}`,
    `UDPSEC_EPHEMERAL ${key("c")}`,
    `${good}\nUDPSEC_PEER ${key("c")}`,
  ];
  const text = formatSecrets(plan, [{ name: "a", events: [good, ...lies].map(told) }]);
  expect(text.split("\n").slice(-3)).toEqual(["# told by a", good, ""]);
  expect(text).not.toContain(key("c"));
});
