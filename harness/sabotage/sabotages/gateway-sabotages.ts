/** Gateways between two networks that don't do what the profile says of them, consistent in every capture. */
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import { readRecords, writeRecords } from "../tamper/pcap-records.ts";
import { editSwitchFrames } from "../tamper/switch-frames.ts";

const FORGET: Profile["action"][number] = { kind: "forget", after: { node: "a", marker: "control-ok" } };
const PAUSE_MS = 450;
const IPV4 = 0x0800;
const TTL_AT = 22;
const HEADER_SUM_AT = 24;
/** Inside: the kernel outside has quoted some of what came there, as it was. */
const LEG_MAC = "52540024ff00";

export const GATEWAY_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("behind-nat"),
    name: "gateway-that-ages-nothing",
    breaks: "carries packets into the network inside without taking a hop from them",
    code: "contradicted",
    rules: ["gateway-as-planned"],
    tamper: (run) => everywhere(run, younger),
  },
  {
    ...onRun("behind-nat"),
    name: "gateway-that-never-forgot",
    breaks: "says that its gateway forgot all its mappings, which went on as before",
    code: "contradicted",
    rules: ["gateway-forgot"],
    tamper: (run) => withProfile(lingering(run), (profile) => ({ ...profile, action: [FORGET] })),
  },
  {
    ...onRun("behind-nat"),
    name: "hole-that-never-shut",
    breaks: "claims that a session outlived its mapping, which never expired",
    code: "contradicted",
    rules: ["session-outlived-mapping"],
    tamper: (run) => claiming(run, "session-outlived-mapping"),
  },
  {
    ...onRun("behind-nat"),
    name: "strangers-that-never-came",
    breaks: "claims that its gateway kept strangers out, and none had come",
    code: "contradicted",
    rules: ["strangers-kept-out"],
    tamper: (run) => claiming(run, "strangers-kept-out"),
  },
];

/** What is played takes no time: an action needs some. */
function lingering(run: RecordedRun): RecordedRun {
  return { ...run, nodes: run.nodes.map((node) => ({ ...node, serial: [...node.serial, { pauseMs: PAUSE_MS }] })) };
}

function withProfile(run: RecordedRun, edit: (profile: Profile) => Profile): RecordedRun {
  const { profile, manifest } = run.loaded;
  return { ...run, loaded: { manifest, profile: edit(profile) } };
}

function claiming(run: RecordedRun, rule: string): RecordedRun {
  return withProfile(run, (profile) => ({ ...profile, evidence: [...profile.evidence, rule] }));
}

/** @param edit @returns undefined from it: as it is */
function everywhere(run: RecordedRun, edit: (frame: Buffer) => Buffer | undefined): RecordedRun {
  const nodes = run.nodes.map((node) => ({
    ...node,
    captures: node.captures.map((capture) =>
      writeRecords(
        capture,
        readRecords(capture).map((record) => ({ ...record, frame: edit(record.frame) ?? record.frame })),
      ),
    ),
  }));
  return editSwitchFrames({ ...run, nodes }, ({ frame }) => edit(frame));
}

/** What a gateway sent, with the hop that it took given back: the high byte of a word, so that the sum falls by as much (RFC 1624). */
function younger(frame: Buffer): Buffer | undefined {
  if (frame.toString("hex", 6, 12) !== LEG_MAC || frame.readUInt16BE(12) !== IPV4) return undefined;
  const edited = Buffer.from(frame);
  edited.writeUInt8(edited.readUInt8(TTL_AT) + 1, TTL_AT);
  const sum = edited.readUInt16BE(HEADER_SUM_AT) - 0x0100;
  edited.writeUInt16BE(sum < 0 ? sum + 0xffff : sum, HEADER_SUM_AT);
  return edited;
}
