/** Paths that can't carry 1200 bytes, or not any more; and the amplification limit of a responder. */
import { symmetricPath } from "../plan/scenario.ts";
import type { Scenario } from "../plan/scenario.ts";

const KIB = 1024;
/** A frame here is the datagram with 28 bytes of IP and UDP. */
const NARROW_BYTES = 1_100;

export const narrowPathScenarios: readonly Scenario[] = [
  {
    name: "small-mtu",
    proves: "a path that drops frames above 1100 bytes fails in the handshake, before any data",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: KIB, endsWith: ["HANDSHAKE_TIMEOUT"] }] },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: symmetricPath({ delayMs: 15, faults: [{ kind: "size-limit", maxBytes: NARROW_BYTES }] }),
    maxVirtualMs: 15_000,
    expect: ({ sides }) => (sides.length === 0 ? undefined : "a connection stood on a path that is too narrow"),
  },
  {
    name: "small-mtu-back",
    proves: "the same where only the way back is narrow",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: KIB, endsWith: ["HANDSHAKE_TIMEOUT"] }] },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: { there: { delayMs: 15 }, back: { delayMs: 15, faults: [{ kind: "size-limit", maxBytes: NARROW_BYTES }] } },
    maxVirtualMs: 15_000,
    expect: ({ sides }) => (sides.length === 0 ? undefined : "a connection stood on a path that is too narrow"),
  },
  {
    name: "path-shrinks",
    proves: "a path whose limit shrinks under a transfer ends it with PATH within its bound",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 4096 * KIB, endsWith: ["PATH"] }] },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: symmetricPath({
      delayMs: 15,
      rateMbps: 5,
      faults: [{ kind: "size-limit", maxBytes: NARROW_BYTES, during: { fromMs: 1_000 } }],
    }),
    maxVirtualMs: 60_000,
  },
  {
    name: "amplificationlimit",
    proves: "a responder never sends more than it received before the initiator proved its address",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: KIB, endsWith: ["HANDSHAKE_TIMEOUT"] }] },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: { there: { delayMs: 15 }, back: { delayMs: 15, faults: [{ kind: "blackhole" }] } },
    maxVirtualMs: 15_000,
    expect: ({ traffic }) => {
      const responder = traffic.get("b");
      if (responder === undefined || responder.sentBytes === 0) return "the responder never answered";
      return responder.sentBytes <= responder.receivedBytes
        ? undefined
        : `${responder.sentBytes} bytes sent for ${responder.receivedBytes} received`;
    },
  },
];
