/** Paths without faults: what the transport can do when nothing is in its way. */
import { goodputMbps } from "../plan/outcome.ts";
import { jainIndex } from "./jain-index.ts";
import { symmetricPath } from "../plan/scenario.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { Scenario } from "../plan/scenario.ts";

const KIB = 1024;
const RATE_MBPS = 10;
/** A full DATA packet, and what it carries of the stream. */
const DATAGRAM_BYTES = 1_200;
const PAYLOAD_BYTES = 1_134;

const pair = (sendBytes: number, answerBytes = 0): Scenario["nodes"] => [
  { name: "a", dials: [{ to: "b", sendBytes }] },
  { name: "b", accepts: { sendBytes: answerBytes } },
];

/** Slow start, delayed acknowledgements, and a probe for what was lost at the end. */
const SPARE_ROUND_TRIPS = 10;
const LEAST_WINDOW_PACKETS = 2;

/**
 * What a NewReno sender takes at most, when each loss costs as much as one can: down to the least window, evenly spread. From w packets
 * on, growing by one in each round trip, m round trips bring w m + m^2 / 2 (RFC 9002 section 7.3.3).
 */
function renoRoundTrips(packets: number, losses: number): number {
  const phases = losses + 1;
  const each = Math.sqrt(LEAST_WINDOW_PACKETS ** 2 + (2 * packets) / phases) - LEAST_WINDOW_PACKETS;
  return phases * each;
}

export const cleanPathScenarios: readonly Scenario[] = [
  {
    name: "handshake",
    proves: "a handshake completes and a kibibyte goes each way",
    nodes: pair(KIB, KIB),
    path: symmetricPath({ delayMs: 15 }),
    maxVirtualMs: 60_000,
    expectsOwnPath: true,
    expect: ({ sides }) => {
      const late = sides.find(({ establishedMs }) => establishedMs > 100);
      return late === undefined ? undefined : `${late.node} was established only after ${late.establishedMs} ms`;
    },
  },
  {
    name: "transfer",
    proves: "256 KiB arrive whole and in order, and the window grows on a clean path",
    nodes: pair(256 * KIB, 16 * KIB),
    path: symmetricPath({ delayMs: 15 }),
    maxVirtualMs: 600_000,
    expect: windowGrewIfClean,
  },
  {
    name: "longrtt",
    proves: "a round trip of 750 ms: nothing is repeated for want of patience alone",
    nodes: pair(128 * KIB),
    path: symmetricPath({ delayMs: 375 }),
    maxVirtualMs: 60_000,
    expectsOwnPath: true,
    expect: ({ traffic }) => {
      // 128 KiB are 116 DATA packets; MSG1 and MSG3 may be repeated for as long as the answer is under way.
      const sent = traffic.get("a")?.sentBytes ?? 0;
      return sent < 1.25 * 128 * KIB ? undefined : `${sent} bytes were sent for ${128 * KIB}`;
    },
  },
  {
    name: "satellite",
    proves: "600 ms of round trip, 20 Mbit/s and a little loss: 1 MiB arrives",
    nodes: pair(1024 * KIB),
    path: symmetricPath({
      delayMs: 300,
      rateMbps: 20,
      queueBytes: 512 * KIB,
      faults: [{ kind: "drop", chance: 0.001 }],
    }),
    maxVirtualMs: 300_000,
    expectsOwnPath: true,
    expect: ({ sides, traffic }) => {
      const tookMs = Math.max(...sides.map(({ lastDeliveryMs, establishedMs }) => lastDeliveryMs - establishedMs));
      const lost = (traffic.get("a")?.sentDatagrams ?? 0) - (traffic.get("b")?.receivedDatagrams ?? 0);
      const boundMs = 600 * (SPARE_ROUND_TRIPS + renoRoundTrips((1024 * KIB) / PAYLOAD_BYTES, lost));
      return tookMs < boundMs ? undefined : `1 MiB took ${tookMs.toFixed(0)} ms, with ${lost} losses`;
    },
  },
  {
    name: "goodput",
    proves: "4 MiB over 10 Mbit/s use at least 80 % of the rate",
    nodes: pair(4096 * KIB),
    path: symmetricPath({ delayMs: 15, rateMbps: RATE_MBPS, queueBytes: 64 * KIB }),
    maxVirtualMs: 120_000,
    expectsOwnPath: true,
    expect: ({ sides }) => {
      const receiver = sides.find(({ role }) => role === "responder");
      const reached = receiver === undefined ? 0 : goodputMbps(receiver);
      return reached >= 0.8 * RATE_MBPS ? undefined : `goodput ${reached.toFixed(2)} Mbit/s of ${RATE_MBPS}`;
    },
  },
  {
    name: "longfat",
    proves: "100 Mbit/s and 100 ms of round trip, nothing lost: once slow start is over, 90 % of the rate are used",
    nodes: pair(8 * 1024 * KIB),
    path: symmetricPath({ delayMs: 50, rateMbps: 100, queueBytes: 2048 * KIB }),
    maxVirtualMs: 60_000,
    expectsOwnPath: true,
    expect: ({ sides }) => {
      const times = sides.find(({ role }) => role === "responder")?.mebibyteMs ?? [];
      // After 4 MiB the window has grown beyond the 1.25 MB that the path holds.
      const tookMs = (times[7] ?? Infinity) - (times[3] ?? 0);
      const usedMbps = (4_096 * KIB * (DATAGRAM_BYTES / PAYLOAD_BYTES) * 8) / 1_000 / tookMs;
      return usedMbps >= 90 ? undefined : `the last 4 MiB used ${usedMbps.toFixed(1)} of 100 Mbit/s`;
    },
  },
  {
    name: "crosstraffic",
    proves: "two connections through one queue: neither starves (Jain's index at least 0.8)",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 2048 * KIB }] },
      { name: "c", dials: [{ to: "b", sendBytes: 2048 * KIB }] },
      { name: "b", accepts: { sendBytes: 0 } },
    ],
    path: symmetricPath({ delayMs: 15, rateMbps: RATE_MBPS, queueBytes: 64 * KIB }),
    maxVirtualMs: 300_000,
    expectsOwnPath: true,
    expect: ({ sides }) => {
      const rates = sides.filter(({ role }) => role === "responder").map(goodputMbps);
      const index = jainIndex(rates);
      return index >= 0.8
        ? undefined
        : `Jain's index ${index.toFixed(3)} of ${rates.map((r) => r.toFixed(2)).join(", ")}`;
    },
  },
];

/** Coarse on purpose: without loss, and with enough to send, the window must have grown beyond its initial 10 MSS. */
function windowGrewIfClean({ sides }: Outcome): string | undefined {
  const sender = sides.find(({ role }) => role === "initiator");
  if (sender === undefined || sender.minCongestionWindowBytes < 12_000 || sender.writtenBytes < 128 * KIB)
    return undefined;
  return sender.maxCongestionWindowBytes > 24_000 ? undefined : "the congestion window did not grow";
}
