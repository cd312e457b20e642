/** Peers that vanish, come back, dial at the same time, move, or run out of packet numbers. */
import { symmetricPath } from "../plan/scenario.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { Scenario } from "../plan/scenario.ts";

const KIB = 1024;
const PATH = symmetricPath({ delayMs: 15, rateMbps: 5 });
/** Default idle timeout, one probe timeout and a little. */
const LIVENESS_BOUND_MS = 20_000;

export const lifeCycleScenarios: readonly Scenario[] = [
  {
    name: "peer-crash",
    proves: "the responder loses power during the transfer: the initiator ends by liveness, within its bound",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 4096 * KIB, endsWith: ["IDLE", "PATH"] }] },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: PATH,
    timeline: [{ atMs: 1_000, kind: "crash", node: "b" }],
    maxVirtualMs: 60_000,
    expect: (outcome) => endedWithin(outcome, "a", 1_000),
  },
  {
    name: "initiator-crash",
    proves: "the initiator loses power during the transfer: the responder ends by liveness, within its bound",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: KIB, endsWith: ["CRASHED"] }] },
      { name: "b", accepts: { sendBytes: 4096 * KIB } },
    ],
    path: PATH,
    timeline: [{ atMs: 1_000, kind: "crash", node: "a" }],
    maxVirtualMs: 60_000,
    expect: (outcome) => endedWithin(outcome, "b", 1_000),
  },
  {
    name: "restart",
    proves: "the initiator comes back and dials again: its old connection is replaced, the transfer completes",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 1024 * KIB, redials: 1 }] },
      { name: "b", accepts: { sendBytes: KIB } },
    ],
    path: PATH,
    timeline: [
      { atMs: 500, kind: "crash", node: "a" },
      { atMs: 1_000, kind: "start", node: "a" },
    ],
    maxVirtualMs: 60_000,
    expect: ({ sides }) =>
      sides.some(({ node, end }) => node === "b" && end === "REPLACED") ? undefined : "nothing was replaced",
  },
  {
    name: "responder-restart",
    proves: "the responder comes back without its memory: the initiator ends by liveness, dials again and completes",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 1024 * KIB, redials: 1 }] },
      { name: "b", accepts: { sendBytes: KIB } },
    ],
    path: PATH,
    timeline: [
      { atMs: 500, kind: "crash", node: "b" },
      { atMs: 1_000, kind: "start", node: "b" },
    ],
    maxVirtualMs: 60_000,
  },
  {
    name: "simultaneous-dial",
    proves: "both dial at the same moment: both connections live, each completes",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 256 * KIB }], accepts: { sendBytes: KIB } },
      { name: "b", dials: [{ to: "a", sendBytes: 256 * KIB }], accepts: { sendBytes: KIB } },
    ],
    path: PATH,
    maxVirtualMs: 60_000,
    expect: ({ sides }) => (sides.length === 4 ? undefined : `${sides.length} sides instead of 4`),
  },
  {
    name: "rebind",
    proves: "a NAT gives the initiator another port: no packet from there is taken, it dials again and completes",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 1024 * KIB, redials: 1 }] },
      { name: "b", accepts: { sendBytes: KIB } },
    ],
    path: PATH,
    timeline: [{ atMs: 500, kind: "rebind", node: "a" }],
    maxVirtualMs: 60_000,
    expect: ({ sides }) => {
      const first = sides.find(({ node }) => node === "b");
      return first?.end === "NO_ERROR" ? "the moved connection went on" : undefined;
    },
  },
  {
    name: "pn-exhaustion",
    proves: "an initiator with 300 packet numbers closes with KEY_EXHAUSTED",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 1024 * KIB, endsWith: ["KEY_EXHAUSTED"] }], lastPacketNumber: 300 },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: PATH,
    maxVirtualMs: 60_000,
    expect: ({ sides }) => {
      const told = sides.find(({ node }) => node === "b");
      return told?.end === "KEY_EXHAUSTED" ? undefined : `the peer was told ${told?.end ?? "nothing"}`;
    },
  },
];

function endedWithin({ sides }: Outcome, node: string, crashedMs: number): string | undefined {
  const survivor = sides.find((side) => side.node === node);
  if (survivor?.endedMs === undefined) return `${node} never ended`;
  const tookMs = survivor.endedMs - crashedMs;
  return tookMs <= LIVENESS_BOUND_MS ? undefined : `${node} took ${tookMs.toFixed(0)} ms to notice`;
}
