/** Daemons and self-tests over lossy and broken paths: mux, selection, fallback, entropy gate. */
import { MARKERS } from "../../../contract/markers.ts";
import { markersOf } from "../plan/bus-outcome.ts";
import { symmetricPath } from "../plan/scenario.ts";
import type { BusOutcome } from "../plan/bus-outcome.ts";
import type { BusScenario } from "../plan/bus-scenario.ts";

const LADDER_PROBES = [{ name: "control" }, { name: "bulk" }, { name: "backpressure" }] as const;
const UDP_IS_LOST = { kind: "blackhole", match: { protocol: "udp" } } as const;
/** How long a fallback is remembered (dsoftbus-transport.md#11-selection-policy). */
const MEMORY_MS = 60_000;

export const BUS_SCENARIOS: readonly BusScenario[] = [
  {
    name: "ladder",
    proves: "a daemon and a self-test climb the whole ladder of udp-sec over 5 % loss",
    nodes: [
      { name: "a", mode: "udp-sec", tests: "b", probes: LADDER_PROBES },
      { name: "b", mode: "udp-sec" },
    ],
    path: symmetricPath({ delayMs: 5, faults: [{ kind: "drop", chance: 0.05 }] }),
    maxVirtualMs: 300_000,
    expect: (outcome) =>
      missing(outcome, "a", [MARKERS.controlOk, MARKERS.bulkOk, MARKERS.backpressureOk]) ??
      missing(outcome, "b", [MARKERS.sessionOk, MARKERS.selectedUdpSec, MARKERS.muxDataOk]),
  },
  {
    name: "multiplexing",
    proves: "2,000 messages on one stream and then all streams at once, over 2 % loss",
    nodes: [
      {
        name: "a",
        mode: "udp-sec",
        tests: "b",
        probes: [{ name: "control", messages: 2_000 }, { name: "many-streams" }],
      },
      { name: "b", mode: "udp-sec" },
    ],
    path: symmetricPath({ delayMs: 5, faults: [{ kind: "drop", chance: 0.02 }] }),
    maxVirtualMs: 600_000,
    expect: (outcome) => missing(outcome, "a", [MARKERS.controlOk]),
  },
  {
    name: "soak",
    proves: "messages and bulk go on over 2 % loss for half a minute, over a crash of the daemon and a new session",
    nodes: [
      { name: "a", mode: "udp-sec", tests: "b", probes: [{ name: "soak", seconds: 30 }] },
      { name: "b", mode: "udp-sec" },
    ],
    path: symmetricPath({ delayMs: 5, rateMbps: 1, faults: [{ kind: "drop", chance: 0.02 }] }),
    timeline: [
      { atMs: 4_000, kind: "crash", node: "b" },
      { atMs: 5_000, kind: "start", node: "b" },
    ],
    maxVirtualMs: 120_000,
    expect: (outcome) => {
      const passed = outcome.records.find(({ text }) => text === "probe-passed")?.data;
      if (passed === undefined) return `the soak did not pass${failedProbe(outcome)}`;
      return passed["redials"] === 1 ? undefined : `dialled again ${String(passed["redials"])} times, not once`;
    },
  },
  {
    name: "fallback",
    proves: "auto takes tcp when UDP is lost, says so, and its probes pass over tcp",
    nodes: [{ name: "a", tests: "b", probes: [{ name: "fallback" }] }, { name: "b" }],
    path: symmetricPath({ delayMs: 5, faults: [UDP_IS_LOST] }),
    maxVirtualMs: 120_000,
    expect: (outcome) =>
      missing(outcome, "a", [MARKERS.disabledFallbackTcp, MARKERS.fallbackOk]) ??
      forbidden(outcome, "b", [MARKERS.sessionOk, MARKERS.selectedUdpSec]),
  },
  {
    name: "fallback-disabled",
    proves: "auto takes tcp when udp-sec is disabled by configuration; nothing of UDP leaves",
    nodes: [
      { name: "a", udpSecEnabled: false, tests: "b", probes: [{ name: "fallback" }] },
      { name: "b", udpSecEnabled: false },
    ],
    path: symmetricPath({ delayMs: 5 }),
    maxVirtualMs: 120_000,
    expect: (outcome) =>
      missing(outcome, "a", [MARKERS.fallbackOk]) ??
      missing(outcome, "b", [MARKERS.disabledFallbackTcp]) ??
      (outcome.msg1Ms.length === 0 ? undefined : "a handshake over UDP began"),
  },
  {
    name: "fallback-memory",
    proves: "tcp is remembered for 60 s: a redial within them tries no UDP, one after them does",
    nodes: [{ name: "a", dials: "b" }, { name: "b" }],
    path: symmetricPath({ delayMs: 5, faults: [{ ...UDP_IS_LOST, during: { untilMs: 10_000 } }] }),
    timeline: [
      { atMs: 20_000, kind: "crash", node: "b" },
      { atMs: 21_000, kind: "start", node: "b" },
      { atMs: 90_000, kind: "crash", node: "b" },
      { atMs: 91_000, kind: "start", node: "b" },
    ],
    untilMs: 150_000,
    maxVirtualMs: 200_000,
    expect: (outcome) => {
      const times = outcome.msg1Ms.filter(({ node }) => node === "a").map(({ atMs }) => atMs);
      const lastOfFirstDial = times.filter((atMs) => atMs < 10_000).at(-1);
      if (lastOfFirstDial === undefined) return "no first dial over UDP";
      const remembered = times.filter((atMs) => atMs > 10_000 && atMs < lastOfFirstDial + MEMORY_MS);
      if (remembered.length > 0) return `UDP was tried at ${remembered.join(", ")} ms, within the memory`;
      return missing(outcome, "b", [MARKERS.selectedUdpSec]);
    },
  },
  {
    name: "entropy-gate",
    proves: "without a hardware source nothing listens and nothing dials",
    nodes: [
      { name: "a", tests: "b", probes: [{ name: "rng-gate" }], entropy: weakEntropy() },
      { name: "b", entropy: weakEntropy() },
    ],
    path: symmetricPath({ delayMs: 5 }),
    maxVirtualMs: 60_000,
    expect: (outcome) =>
      missing(outcome, "b", [MARKERS.rngBlocked]) ??
      missing(outcome, "a", [MARKERS.rngGateOk]) ??
      (outcome.msg1Ms.length === 0 ? undefined : "a handshake began"),
  },
];

function weakEntropy() {
  return { kernelInitialised: true, hardwareSource: undefined };
}

function missing(outcome: BusOutcome, node: string, markers: readonly string[]): string | undefined {
  const printed = markersOf(outcome, node);
  const absent = markers.find((marker) => !printed.includes(marker));
  return absent === undefined ? undefined : `${node} never printed "${absent}"${failedProbe(outcome)}`;
}

function forbidden(outcome: BusOutcome, node: string, markers: readonly string[]): string | undefined {
  const wrong = markersOf(outcome, node).find((marker) => markers.includes(marker));
  return wrong === undefined ? undefined : `${node} printed "${wrong}"`;
}

function failedProbe({ records }: BusOutcome): string {
  const failed = records.find(({ kind, text }) => kind === "event" && text === "probe-failed");
  return failed === undefined ? "" : `: ${JSON.stringify(failed.data)}`;
}
