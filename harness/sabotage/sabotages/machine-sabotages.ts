/** Machines and harness parts that go wrong. */
import type { MachineExit } from "../../qemu/machine-exit.ts";
import type { NodeRecording, RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import { serialText, withoutMarkerLines, withSerial } from "../tamper/console-edit.ts";
import { countDatagrams } from "../tamper/kernel-report.ts";
import { writeRecords } from "../tamper/pcap-records.ts";

const onUdpSec = { where: "recorded", honest: "udp-sec" } as const;
/** Far below what the rungs of a profile get, so that the suite needn't wait for a real budget. */
const SHORT_BUDGET_MS = 600;
const LONG_PAUSE_MS = 1_500;
const NOISE_EVERY_MS = 100;
const LAST_MARKER = "SELFTEST: udp-sec backpressure ok";

const onNodes = (edit: (node: NodeRecording) => NodeRecording) => (run: RecordedRun) => ({
  ...run,
  nodes: run.nodes.map(edit),
});
const endingWith = (line: string, exit: MachineExit) =>
  onNodes((node) => ({ ...withSerial(node, `${serialText(node)}${line}`), exit }));

export const MACHINE_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onUdpSec,
    name: "kernel-oops-after-the-last-marker",
    breaks: "lets the kernel stumble once everything is green, and go on",
    code: "crashed",
    rules: ["crashed"],
    tamper: endingWith("[   59.900000] Oops: 0002 [#1] PREEMPT SMP\r\n", { kind: "guest-shutdown" }),
  },
  {
    ...onUdpSec,
    name: "kernel-panic-after-the-last-marker",
    breaks: "lets the kernel panic once everything is green",
    code: "crashed",
    rules: ["crashed", "machine-ending"],
    why: "the console shows it, and QMP tells the reset apart from a power-off",
    tamper: endingWith("[   59.900000] Kernel panic - not syncing: Fatal exception\r\n", { kind: "guest-reset" }),
  },
  {
    ...onUdpSec,
    name: "machine-dies-after-the-last-marker",
    breaks: "lets QEMU die of a signal once everything is green",
    code: "stopped",
    rules: ["stopped", "machine-ending"],
    why: "the run notices the death, and the evidence asks QMP how each machine ended",
    tamper: endingWith("", { kind: "signal", signal: "SIGSEGV" }),
  },
  {
    ...onUdpSec,
    name: "machine-ended-by-the-harness",
    breaks: "ends the machine itself once everything is green, and takes that for the guest's power-off",
    code: "contradicted",
    rules: ["machine-ending"],
    tamper: endingWith("", { kind: "ended" }),
  },
  {
    ...onUdpSec,
    name: "hung-guest",
    breaks: "prints and prints for longer than a rung may take, before it reaches it",
    code: "hung",
    rules: ["hung"],
    tamper: (run) => withPause(withShortBudgets(run), "still alive\r\n"),
  },
  {
    ...onUdpSec,
    name: "silent-guest",
    breaks: "says nothing for longer than a rung may take, before it reaches it",
    code: "silent",
    rules: ["silent"],
    tamper: (run) => withPause(withShortBudgets(run), undefined),
  },
  {
    ...onUdpSec,
    name: "ladder-without-rungs",
    breaks: "asks for no marker at all: a profile whose rungs were lost after it was loaded",
    code: "forbidden",
    rules: ["forbidden", "unconfirmed"],
    why: "markers that no ladder expects are forbidden, and a run without rungs proves nothing",
    tamper: (run) => withoutRungs(run),
  },
  {
    ...onUdpSec,
    name: "ladder-without-rungs-and-markers",
    breaks: "asks for no marker and prints none: an empty run that nothing is wrong with",
    code: "unconfirmed",
    rules: ["unconfirmed"],
    tamper: (run) => withoutMarkers(withoutRungs(run)),
  },
  {
    ...onUdpSec,
    name: "empty-capture",
    breaks: "leaves the capture of one NIC empty",
    code: "contradicted",
    rules: ["capture-complete", "kernel-counters-agree", "two-witnesses"],
    why: "the guest's kernel counted what the capture doesn't show, and the switch saw it too",
    tamper: onNodes((node) => ({
      ...node,
      captures: node.captures.map((capture, nic) => (nic === 1 ? writeRecords(capture, []) : capture)),
    })),
  },
  {
    ...onUdpSec,
    name: "traffic-past-the-capture",
    breaks: "sends 200 datagrams that no NIC shows",
    code: "contradicted",
    rules: ["kernel-counters-agree"],
    tamper: onNodes((node) => ({ ...node, init: countDatagrams(node.init, "second", { sent: 200 }) })),
  },
];

function withShortBudgets(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const node = profile.node.map((each) => ({
    ...each,
    rung: each.rung.map((rung) => ({ ...rung, budget: SHORT_BUDGET_MS })),
  }));
  return { ...run, loaded: { manifest, profile: { ...profile, node } } };
}

/** Before its last marker, the guest takes too long, with or without a word. */
function withPause(run: RecordedRun, noise: string | undefined): RecordedRun {
  return onNodes((node) => {
    const text = serialText(node);
    const at = text.indexOf(LAST_MARKER);
    const steps = Array.from({ length: LONG_PAUSE_MS / NOISE_EVERY_MS }, () => [
      { pauseMs: NOISE_EVERY_MS },
      ...(noise === undefined ? [] : [{ bytes: Buffer.from(noise) }]),
    ]).flat();
    const serial = [{ bytes: Buffer.from(text.slice(0, at), "latin1") }, ...steps];
    return { ...node, serial: [...serial, { bytes: Buffer.from(text.slice(at), "latin1") }] };
  })(run);
}

function withoutRungs(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  return {
    ...run,
    loaded: { manifest, profile: { ...profile, node: profile.node.map((node) => ({ ...node, rung: [] })) } },
  };
}

function withoutMarkers(run: RecordedRun): RecordedRun {
  return onNodes((node) => {
    const events = node.events.split("\n").filter((line) => !line.includes('"kind":"marker"'));
    return { ...withoutMarkerLines(node), events: events.join("\n") };
  })(run);
}
