/** What recordings are of: profiles of the project with a small workload, and smaller cousins where a whole one would be large. */
import { loadMarkers, loadProfile, parseProfile, type LoadedProfile } from "../../profiles/load.ts";

/** Enough for every rule, small enough to be kept. */
export const RECORDED_WORKLOAD = { bulkBytes: 16_384, messages: 100 } as const;

/** @returns the profile as recordings ask for it; @throws HarnessError `profile-unknown` */
export function recordedProfile(name: string): LoadedProfile {
  const own = OWN.get(name);
  if (own !== undefined) return parseProfile(own, `${name}, of the sabotage suite`, loadMarkers());
  const loaded = loadProfile(name);
  return { ...loaded, profile: { ...loaded.profile, workload: RECORDED_WORKLOAD } };
}

function rungs(...markers: readonly string[]): string {
  return markers.map((marker) => `[[node.rung]]\nmarker = "${marker}"\nbudget = "60s"\n`).join("");
}

const DAEMON_RUNGS = rungs("listener-up", "session-ok", "selected-udp-sec", "mux-data-ok");
const DAEMON = `
[[node.process]]
kind = "dsoftbusd"
mode = "udp-sec"
${DAEMON_RUNGS}`;

function selftest(namespace: string, target: string, probes: readonly string[]): string {
  const names = probes.map((probe) => `"${probe}"`).join(", ");
  return `
[[node.process]]
kind = "selftest"
namespace = "${namespace}"
mode = "udp-sec"
target = "${target}"
probes = [${names}]
`;
}

/** Loss all the time and one outage: as cross-vm-loss and cross-vm-blackhole together. The rate makes bulk outlast the trigger. */
const FAULTY_PATH = `
name = "faulty-path"
proves = "loss both ways, and a link that is dead for 2 s in the middle of a transfer"
timeout = "240s"
evidence = [
  "datagram-size", "no-fragments", "machine-ending", "faults-seen", "retransmission-seen", "cwnd-reacted", "outage-survived",
  "same-stream-both-ends", "every-pair",
]
[network]
kind = "fabric"
[[network.link]]
from = "a"
to = "b"
bothWays = true
faults = [
  { kind = "rate", mbps = 1, queueBytes = 65536 },
  { kind = "drop", probability = 0.05, match = { protocol = "udp" } },
  { kind = "blackhole", after = { node = "a", marker = "control-ok" }, length = "2s" },
]
[workload]
bulkBytes = 65536
messages = 100
[[node]]
name = "a"
${selftest("root", "b", ["control", "bulk"])}
${rungs("control-ok", "bulk-ok")}
[[node]]
name = "b"
${DAEMON}`;

/** As cross-vm-peer-crash, with less under way when the machine dies. */
const PEER_CRASH = `
name = "peer-crash"
proves = "a machine dies without a word in the middle of a transfer"
timeout = "240s"
evidence = ["datagram-size", "no-fragments", "machine-ending", "ended-by-liveness"]
[network]
kind = "fabric"
[[network.link]]
from = "a"
to = "b"
bothWays = true
faults = [{ kind = "rate", mbps = 1, queueBytes = 65536 }]
[workload]
bulkBytes = 262144
messages = 100
[[node]]
name = "a"
${selftest("root", "b", ["control", "peer-loss"])}
${rungs("control-ok", "peer-loss-ok")}
[[node]]
name = "b"
${DAEMON}
[[action]]
kind = "kill"
node = "b"
after = { node = "a", marker = "control-ok" }
delay = "500ms"
`;

const IDENTITY_REJECT = `
name = "identity-reject"
proves = "a wrong device and a stranger are refused, beside a session that stands"
timeout = "180s"
evidence = ["datagram-size", "no-fragments", "machine-ending"]
[network]
kind = "hub"
[workload]
bulkBytes = ${RECORDED_WORKLOAD.bulkBytes}
messages = ${RECORDED_WORKLOAD.messages}
[[node]]
name = "a"
${selftest("second", "a", ["control", "identity-reject"])}
${DAEMON}
${rungs("control-ok", "identity-reject-ok")}`;

const OWN: ReadonlyMap<string, string> = new Map([
  ["faulty-path", FAULTY_PATH],
  ["peer-crash", PEER_CRASH],
  ["identity-reject", IDENTITY_REJECT],
]);
