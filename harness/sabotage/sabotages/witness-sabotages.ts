/** Switches, captures and deaths of which one witness says something else than the other. */
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import type { NodeRecording, RecordedRun } from "../recordings/recording.ts";
import { viewUdp } from "../tamper/frames.ts";
import { packetType } from "../tamper/sealed-packets.ts";
import { withRemark } from "../tamper/switch-frames.ts";
import { viewTcp } from "../tamper/tcp-segments.ts";
import { withOtherArrival, withRecords } from "../tamper/qemu-captures.ts";
import { wayOf } from "../tamper/wire.ts";

const ACK = 0x11;
/** The machine that listens, and its place in the switch's capture. */
const LISTENER = { node: "b", nic: 0, interface: 1 } as const;
const A_DAY_MS = 86_400_000;

export const WITNESS_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("faulty-path"),
    name: "frame-that-only-qemu-received",
    breaks: "brings a frame to a machine that the switch never delivered",
    code: "contradicted",
    rules: ["two-witnesses"],
    tamper: (run) =>
      withRecords(run, LISTENER, (records) => {
        const at = records.findLastIndex(({ frame }) => isAck(frame));
        return records.flatMap((record, index) => (index === at ? [record, record] : [record]));
      }),
  },
  {
    ...onRun("cross-vm-udp-blocked"),
    name: "frame-that-qemu-did-not-receive",
    breaks: "loses a frame between the switch and the machine that it was delivered to",
    code: "contradicted",
    rules: ["two-witnesses"],
    tamper: (run) =>
      withRecords(run, LISTENER, (records) => {
        const at = records.findIndex(({ frame }, index) => index > records.length / 2 && isBareAcknowledgement(frame));
        return records.filter((_, index) => index !== at);
      }),
  },
  {
    ...onRun("cross-vm-udp-blocked"),
    name: "capture-that-stops-halfway",
    breaks: "lets QEMU's capture of one machine end in the middle of the run",
    code: "contradicted",
    rules: ["kernel-counters-agree", "two-witnesses"],
    why: "the machine's kernel counted what the switch saw, and is a third witness",
    tamper: (run) => withRecords(run, LISTENER, (records) => records.slice(0, Math.floor(records.length / 2))),
  },
  {
    ...onRun("faulty-path"),
    name: "dice-of-another-seed",
    breaks: "drops other frames than its seed says",
    code: "contradicted",
    rules: ["faults-recomputed"],
    tamper: (run) => ({ ...run, seed: "another" }),
  },
  {
    ...onRun("faulty-path"),
    name: "drop-of-another-frame",
    breaks: "remarks that a frame was lost which the dice let pass",
    code: "contradicted",
    rules: ["faults-recomputed"],
    tamper: (run) => withRemark(run, "dropped: drop (a.0>b.0", "dropped: drop (b.0>a.0"),
  },
  {
    ...onRun("faulty-path"),
    name: "switch-that-changes-a-packet",
    breaks: "delivers an acknowledgement with another byte than it had, at a switch that was to corrupt nothing",
    code: "contradicted",
    rules: ["faults-recomputed"],
    tamper: (run) => withOtherArrival(run, LISTENER, isAck),
  },
  {
    ...onRun("peer-crash"),
    name: "kill-that-never-came",
    breaks: "lets the machine that was to be killed power itself off, and nobody killed it",
    code: "contradicted",
    rules: ["machine-ending", "init-finished", "ended-by-liveness"],
    why: "QMP tells a power-off from a death, init reports before a power-off and not before a death, and without a death there is nothing to survive",
    tamper: withLateKill,
  },
];

function isAck(frame: Buffer): boolean {
  return wayOf(frame) === "up" && packetType(viewUdp(frame)?.payload ?? Buffer.alloc(0)) === ACK;
}

function isBareAcknowledgement(frame: Buffer): boolean {
  const segment = viewTcp(frame);
  return segment?.fromClient === true && segment.payload.length === 0 && !segment.isSyn;
}

function withLateKill(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const action = profile.action.map((each) => ({ ...each, delay: A_DAY_MS }));
  const victims = new Set(action.flatMap((one) => ("node" in one ? one.node : [])));
  const nodes = run.nodes.map((node): NodeRecording => {
    return victims.has(node.name) ? { ...node, exit: { kind: "guest-shutdown" } } : node;
  });
  return { ...run, loaded: { manifest, profile: { ...profile, action } }, nodes };
}
