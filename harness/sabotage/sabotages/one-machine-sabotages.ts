/** One machine, two NICs, a switch between them: what says something of the one NIC is nothing about the other. */
import type { RecordedRun } from "../recordings/recording.ts";
import { viewUdp } from "../tamper/frames.ts";
import { withOtherArrival, withRecords } from "../tamper/qemu-captures.ts";
import { packetType } from "../tamper/sealed-packets.ts";
import { readSwitchCapture } from "../tamper/switch-capture.ts";
import { withEarlierNote, withNoteAt } from "../tamper/switch-notes.ts";
import { viewTcp } from "../tamper/tcp-segments.ts";
import { wayOf } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import { withDaemonDialling } from "./path-sabotages.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const [MSG2, ACK] = [0x02, 0x11];
const DAEMON = { node: "a", nic: 0, interface: 0 } as const;

export const ONE_MACHINE_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    name: "control-before-its-last-message-in-one-machine",
    breaks: "says in the order of its ladder, but with messages still to come, that all of them were answered",
    code: "contradicted",
    rules: ["marker-after-wire"],
    tamper: (run) => withEarlierNote(run, "a", "SELFTEST: udp-sec control ok", 600),
  },
  {
    ...onRun("udp-sec"),
    name: "session-before-its-own-nic-heard-of-it",
    breaks:
      "says that MSG3 is verified when MSG2 has come to who dials, in the same machine, and MSG3 is still to come",
    code: "contradicted",
    rules: ["marker-after-wire"],
    tamper: (run) =>
      withNoteAt(run, "a", "dsoftbus: udp-sec os session ok", (timeUs) => secondMessageUs(run) ?? timeUs),
  },
  {
    ...onRun("tcp-fallback"),
    name: "fallback-before-its-last-probe",
    breaks: "says that all probes passed over TCP while the last of them still waits for its verdict",
    code: "contradicted",
    rules: ["marker-after-wire"],
    tamper: (run) => withEarlierNote(run, "a", "SELFTEST: udp-sec fallback ok", 600),
  },
  {
    ...onRun("tcp-fallback"),
    name: "frame-lost-between-switch-and-one-machine",
    breaks: "loses a frame between the switch and the NIC that it was delivered to, in a machine that is both ends",
    code: "contradicted",
    rules: ["two-witnesses"],
    tamper: (run) =>
      withRecords(run, DAEMON, (records) => {
        const at = records.findIndex(({ frame }, index) => index > records.length / 2 && isBareAcknowledgement(frame));
        return records.filter((_, index) => index !== at);
      }),
  },
  {
    ...onRun("udp-sec"),
    name: "packet-changed-within-one-machine",
    breaks:
      "delivers to the other NIC of the machine another byte than left the one, at a switch that was to corrupt nothing",
    code: "contradicted",
    rules: ["faults-recomputed"],
    tamper: (run) => withOtherArrival(run, DAEMON, isAck),
  },
  {
    ...onRun("one-machine-loss"),
    name: "loss-on-one-way-alone",
    breaks: "asks for loss between the two NICs both ways, and has it one way",
    code: "contradicted",
    rules: ["faults-seen"],
    tamper: withLossOnTheWayBack,
  },
  {
    ...onRun("one-machine-loss"),
    name: "dice-of-another-seed-in-one-machine",
    breaks: "drops other frames between the two NICs than its seed says",
    code: "contradicted",
    rules: ["faults-recomputed"],
    tamper: (run) => ({ ...run, seed: "another" }),
  },
  {
    ...onRun("one-machine-loss"),
    name: "dial-that-the-other-nic-made",
    breaks: "is told to dial, and is content with the session that another process of its machine dialled",
    code: "contradicted",
    rules: ["every-pair"],
    tamper: (run) => withDaemonDialling(run, "a", "a"),
  },
];

function secondMessageUs({ fabric }: RecordedRun): number | undefined {
  const crossings = fabric === undefined ? [] : readSwitchCapture(fabric).crossings;
  return crossings.find(({ frame }) => wayOf(frame) === "down" && typeOf(frame) === MSG2)?.receivedUs;
}

function withLossOnTheWayBack(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  if (profile.network.kind !== "fabric") return run;
  // So rare that the seed's dice never say so either: the switch did as it was told.
  const rare = { kind: "drop" as const, probability: 1e-9 };
  const back = { from: "a.0", to: "a.1", bothWays: false, faults: [rare] };
  const network = { ...profile.network, link: [...profile.network.link, back] };
  return { ...run, loaded: { manifest, profile: { ...profile, network } } };
}

function isAck(frame: Buffer): boolean {
  return wayOf(frame) === "up" && typeOf(frame) === ACK;
}

function typeOf(frame: Buffer): number | undefined {
  return packetType(viewUdp(frame)?.payload ?? Buffer.alloc(0));
}

function isBareAcknowledgement(frame: Buffer): boolean {
  const segment = viewTcp(frame);
  return segment?.fromClient === true && segment.payload.length === 0 && !segment.isSyn;
}
