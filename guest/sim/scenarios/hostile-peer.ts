/** Peers and strangers who mean harm. */
import { symmetricPath } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

const KIB = 1024;

export const hostilePeerScenarios: readonly Scenario[] = [
  {
    name: "half-open-flood",
    proves: "a flood of valid first messages from 40 hosts: an honest dial still completes",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 64 * KIB, startMs: 1_500, redials: 2 }] },
      { name: "b", accepts: { sendBytes: KIB } },
    ],
    path: symmetricPath({ delayMs: 15 }),
    timeline: [{ atMs: 0, kind: "flood", node: "b", target: "b", attempts: 400, hosts: 40, everyMs: 5 }],
    maxVirtualMs: 60_000,
  },
  {
    name: "optimistic-ack",
    proves: "a receiver that acknowledges what it never got is closed with PROTOCOL",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 1024 * KIB, endsWith: ["PROTOCOL"] }] },
      { name: "b", accepts: { sendBytes: 0 }, adversary: "optimistic-ack" },
    ],
    path: symmetricPath({ delayMs: 15, rateMbps: 5 }),
    maxVirtualMs: 60_000,
  },
  {
    name: "reassembly-hole",
    proves: "a sender of segments with holes can't make the receiver hold more than its window",
    nodes: [
      {
        name: "a",
        dials: [{ to: "b", sendBytes: 0, endsWith: ["FLOW_CONTROL", "IDLE"] }],
        adversary: "reassembly-hole",
      },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: symmetricPath({ delayMs: 15 }),
    maxVirtualMs: 60_000,
  },
];
