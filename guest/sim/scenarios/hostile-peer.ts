/** Peers and strangers who mean harm. */
import { symmetricPath } from "../plan/scenario.ts";
import type { Scenario } from "../plan/scenario.ts";

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
    expect: ({ traffic }) => {
      // A full-sized answer to each first message would make it about as much as was received.
      const { sentBytes = 0, receivedBytes = 0 } = traffic.get("b") ?? {};
      return sentBytes < 0.75 * receivedBytes ? undefined : `${sentBytes} bytes answered ${receivedBytes}: no RETRY`;
    },
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
    proves: "3,000 segments with holes: the receiver keeps 1,024 of them, and ends by liveness when no more come",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 0, endsWith: ["IDLE"] }], adversary: "reassembly-hole" },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: symmetricPath({ delayMs: 15 }),
    maxVirtualMs: 60_000,
    expect: victimEndedWith("IDLE"),
  },
  {
    name: "credit-overrun",
    proves: "stream bytes beyond the credit close the connection with FLOW_CONTROL",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 0, endsWith: ["UNKNOWN"] }], adversary: "credit-overrun" },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: symmetricPath({ delayMs: 15 }),
    maxVirtualMs: 60_000,
    expect: victimEndedWith("FLOW_CONTROL"),
  },
];

function victimEndedWith(expected: string): NonNullable<Scenario["expect"]> {
  return ({ sides }) => {
    const victim = sides.find(({ node }) => node === "b");
    return victim?.end === expected ? undefined : `the victim ended with ${victim?.end ?? "nothing"}, not ${expected}`;
  };
}
