/** Daemons that die and come back, gates that open late, devices that find each other. */
import { EventKind } from "../../../contract/events.ts";
import { MARKERS } from "../../../contract/markers.ts";
import { markersOf } from "../plan/bus-outcome.ts";
import { symmetricPath } from "../plan/scenario.ts";
import type { TransportKind } from "../../core/index.ts";
import type { BusOutcome } from "../plan/bus-outcome.ts";
import type { ConsoleRecord } from "../runtime/virtual-console.ts";
import { WORLD_KILLED, WORLD_STARTED, type BusScenario } from "../plan/bus-scenario.ts";

/** Idle timeout 15 s, mux keepalive 12 ticks: silence is noticed within the longer, and a look at the clock more. */
const NOTICED_WITHIN_MS = 16_000;
/** A dial under way (10 s), its backoff (4 s at the most after so few failures), the next dial. */
const BACK_WITHIN_MS = 30_000;
/** What the dead one had already sent is on its way for so long: the delay of the path, and a queue before it. */
const ON_ITS_WAY_MS = 1_000;
const CODES_OF_DEATH = new Set(["BUS_SESSION_ENDED", "BUS_TIMEOUT", "BUS_UNAVAILABLE", "BUS_HANDSHAKE"]);

const weakEntropy = { kernelInitialised: true, hardwareSource: undefined };
const goodEntropy = { kernelInitialised: true, hardwareSource: "virtio_rng.0" };

/**
 * How a node comes to each transport, the probe that moves bytes over it, and what the silence of a dead peer may be called: by the
 * mux's keepalive, by the connection's idle timeout, by bytes that nobody acknowledged; over tcp also by the kernel of a peer that is
 * back and knows of no connection.
 */
const OVER = {
  "udp-sec": { plan: { mode: "udp-sec" }, bulk: "bulk", ends: ["APPLICATION local", "IDLE local", "PATH local"] },
  tcp: {
    plan: { mode: "auto", udpSecEnabled: false },
    bulk: "fallback",
    ends: ["APPLICATION local", "TRUNCATED local", "TRUNCATED peer"],
  },
} as const;

export const RESTART_SCENARIOS: readonly BusScenario[] = [
  sigkill("sigkill", "udp-sec"),
  sigkill("sigkill-tcp", "tcp"),
  reconnect("reconnect", "udp-sec"),
  reconnect("reconnect-tcp", "tcp"),
  {
    name: "entropy-late",
    proves: "a daemon behind a shut gate opens within a second of the entropy's getting good, and is dialled",
    nodes: [
      { name: "a", mode: "udp-sec", dials: "b" },
      { name: "b", mode: "udp-sec", entropy: weakEntropy, entropyFromMs: { atMs: 20_000, status: goodEntropy } },
    ],
    path: symmetricPath({ delayMs: 5 }),
    untilMs: 60_000,
    maxVirtualMs: 60_100,
    expect: (outcome) => {
      const up = outcome.records.find(({ node, text }) => node === "b" && text === EventKind.LISTENING)?.atMs;
      if (up === undefined) return "b never listened";
      if (up < 20_000 || up > 21_000) return `b listened at ${up} ms`;
      const printed = markersOf(outcome, "b");
      const expected = [MARKERS.rngBlocked, MARKERS.sessionOk, MARKERS.selectedUdpSec, MARKERS.muxDataOk];
      const absent = expected.find((marker) => !printed.includes(marker));
      return absent && `b never printed "${absent}"`;
    },
  },
  {
    name: "discovery",
    proves:
      "a daemon finds a device of its peer table by its announcements, dials it, and finds it again after a restart",
    nodes: [
      { name: "a", mode: "udp-sec", dials: "b", discovery: { trust: "peer-table", announceTo: [] } },
      { name: "b", mode: "udp-sec", discovery: { trust: "peer-table", announceTo: ["a"] } },
      { name: "c", mode: "udp-sec", discovery: { trust: "peer-table", announceTo: ["a"] } },
    ],
    timeline: [
      { atMs: 20_000, kind: "crash", node: "b" },
      { atMs: 40_000, kind: "start", node: "b" },
    ],
    path: symmetricPath({ delayMs: 5, faults: [{ kind: "drop", chance: 0.05 }] }),
    untilMs: 90_000,
    maxVirtualMs: 90_100,
    expect: (outcome) => {
      const established = eventsOf(outcome, "a", EventKind.SESSION_ESTABLISHED).map(({ atMs }) => atMs);
      if (!established.some((atMs) => atMs < 5_000)) return `first session of a at ${established.join(", ")} ms`;
      if (!established.some((atMs) => atMs > 40_000)) return "a never found b again";
      // Both are in a's table, and both were heard of; it is told to dial one.
      const strangers = eventsOf(outcome, "c", EventKind.SESSION_ESTABLISHED).length;
      return strangers === 0 ? undefined : "c was dialled, which the table does not say";
    },
  },
  {
    name: "discovery-first-use",
    proves:
      "with trust on first use two devices that know nobody find and let in each other; one that trusts its table alone does not",
    nodes: [
      { name: "a", mode: "udp-sec", discovery: { trust: "trust-on-first-use", announceTo: ["b", "c"] } },
      { name: "b", mode: "udp-sec", discovery: { trust: "trust-on-first-use", announceTo: ["a"] } },
      { name: "c", mode: "udp-sec", discovery: { trust: "peer-table", announceTo: [] } },
    ],
    path: symmetricPath({ delayMs: 5 }),
    untilMs: 60_000,
    maxVirtualMs: 60_100,
    expect: (outcome) => {
      for (const node of ["a", "b"]) {
        const ways = eventsOf(outcome, node, EventKind.SESSION_ESTABLISHED).map(({ data }) => data["dialled"]);
        if (!ways.includes(true) || !ways.includes(false)) return `${node} has no session each way: ${ways.join(", ")}`;
      }
      if (eventsOf(outcome, "c", EventKind.DISCOVERED).length === 0) return "c heard of nobody";
      return eventsOf(outcome, "c", EventKind.SESSION_ESTABLISHED).length === 0 ? undefined : "c has a session";
    },
  },
];

function sigkill(name: string, transport: TransportKind): BusScenario {
  const { plan, bulk, ends } = OVER[transport];
  return {
    name,
    proves: `over ${transport}, SIGKILL of one side at a random moment: the others say why and when, and are back when it is`,
    nodes: [
      { name: "a", ...plan, dials: "b" },
      { name: "t", ...plan, tests: "b", probes: [{ name: bulk, bytes: 512 * 1024 }] },
      { name: "b", ...plan },
    ],
    path: symmetricPath({ delayMs: 5, rateMbps: 10 }),
    timeline: [{ atMs: 1, kind: "sigkill", node: "b", withinMs: 2_000, backWithinMs: 20_000 }],
    untilMs: 70_000,
    maxVirtualMs: 200_000,
    probesMayFail: true,
    expect: (outcome) => whyNotNoticed(outcome, ends) ?? whyNotBack(outcome),
  };
}

function reconnect(name: string, transport: TransportKind): BusScenario {
  const { plan } = OVER[transport];
  return {
    name,
    proves: `over ${transport}, a self-test notices that its daemon died, and reaches its next life`,
    nodes: [
      { name: "t", ...plan, tests: "b", probes: [{ name: "half-close" }, { name: "reconnect" }] },
      { name: "b", ...plan },
    ],
    path: symmetricPath({ delayMs: 5, faults: [{ kind: "drop", chance: 0.02 }] }),
    timeline: [
      { atMs: 20_000, kind: "crash", node: "b" },
      { atMs: 22_000, kind: "start", node: "b" },
    ],
    maxVirtualMs: 120_000,
    expect: ({ selftests, records }) => {
      if (selftests.get("t") === true) return undefined;
      const failed = records.find(({ text }) => text === EventKind.PROBE_FAILED);
      return `t failed: ${JSON.stringify(failed?.data)}`;
    },
  };
}

function whyNotNoticed(outcome: BusOutcome, ends: readonly string[]): string | undefined {
  const killedMs = worldMs(outcome, WORLD_KILLED);
  for (const node of ["a", "t"]) {
    const before = (records: readonly ConsoleRecord[]): number => records.filter(({ atMs }) => atMs < killedMs).length;
    const opened = eventsOf(outcome, node, EventKind.SESSION_ESTABLISHED);
    const closed = eventsOf(outcome, node, EventKind.SESSION_CLOSED);
    if (before(opened) === before(closed)) continue;
    const end = closed[before(closed)];
    if (end === undefined) return `${node} never noticed that b died at ${killedMs} ms`;
    if (end.atMs > killedMs + NOTICED_WITHIN_MS) return `${node} noticed ${end.atMs - killedMs} ms after b died`;
    const { name, by } = end.data["end"] as { readonly name: string; readonly by: string };
    if (name === "NO_ERROR" && by === "local" && hadFinished(outcome, node, killedMs)) continue;
    if (!ends.includes(`${name} ${by}`)) return `${node} called the silence ${name} by ${by}`;
  }
  const [failed] = eventsOf(outcome, "t", EventKind.PROBE_FAILED);
  const code = failed?.data["code"];
  if (failed === undefined || CODES_OF_DEATH.has(String(code))) return undefined;
  return `t's probe failed with ${JSON.stringify(failed.data)}`;
}

/** The last answer of the dead one was on its way when it died, and completed the test: it closed, and had nothing to notice. */
function hadFinished(outcome: BusOutcome, node: string, killedMs: number): boolean {
  const passed = eventsOf(outcome, node, EventKind.PROBE_PASSED).at(-1);
  return passed !== undefined && passed.atMs <= killedMs + ON_ITS_WAY_MS;
}

function whyNotBack(outcome: BusOutcome): string | undefined {
  const startedMs = worldMs(outcome, WORLD_STARTED);
  // Bytes went both ways again: the greeting of a's keeper was served by b's new life.
  const served = eventsOf(outcome, "b", EventKind.SERVICE_DONE).find(({ atMs }) => atMs > startedMs);
  if (served === undefined) return `b served nobody after it was back at ${startedMs} ms`;
  const lateMs = served.atMs - startedMs;
  return lateMs <= BACK_WITHIN_MS ? undefined : `b was served ${lateMs} ms after it was back`;
}

function worldMs({ records }: BusOutcome, text: string): number {
  return records.find((record) => record.text === text)?.atMs ?? Infinity;
}

function eventsOf({ records }: BusOutcome, node: string, kind: string): readonly ConsoleRecord[] {
  return records.filter((record) => record.node === node && record.kind === "event" && record.text === kind);
}
