/** The recorded runs that sabotages start from. Each must be green by itself, or its sabotages prove nothing. */

import { loadRecording, type RecordedRun } from "../recordings/recording.ts";
import type { HonestRun, RecordedSabotage } from "./sabotage.ts";
import { formatEvents, parseEvents, serialText } from "../tamper/console-edit.ts";
import { sealLike } from "../tamper/sealed-packets.ts";
import { addDatagram, FREE_PACKET_NUMBER } from "../tamper/wire.ts";

const MADE: Readonly<Partial<Record<HonestRun, () => RecordedRun>>> = {
  "lossy-path": () => withRetransmission({ ...loadRecording("udp-sec"), lossy: true }),
  "peer-crash": () => playedCrash(loadRecording("peer-crash")),
  "udp-sec-unlogged": () => withoutKeyLog(loadRecording("udp-sec")),
  "tcp-unlogged": () => withoutKeyLog(loadRecording("tcp-fallback")),
};

const KNOWN = new Map<HonestRun, RecordedRun>();

/** Where a recorded sabotage starts from. */
export function onRun(name: HonestRun): Pick<RecordedSabotage, "where" | "honest"> {
  return { where: "recorded", honest: name };
}

export function honestRun(name: HonestRun): RecordedRun {
  const known = KNOWN.get(name) ?? (MADE[name] ?? (() => loadRecording(name)))();
  KNOWN.set(name, known);
  return known;
}

/** A range of the stream that leaves again, under a new packet number: what recovery does. */
function withRetransmission(run: RecordedRun): RecordedRun {
  return addDatagram(run, "up", (like, plain, key) => sealLike(like, { packetNumber: FREE_PACKET_NUMBER }, plain, key));
}

export const KEY_KINDS = new Set(["key-log", "session-keys"]);

/** As with `keyLog = false`: nobody told a key, so that structure and volume are all there is to judge. */
export function withoutKeyLog(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const nodes = run.nodes.map((node) => ({
    ...node,
    events: formatEvents(parseEvents(node.events).filter(({ kind }) => !KEY_KINDS.has(kind))),
  }));
  return { ...run, loaded: { manifest, profile: { ...profile, keyLog: false } }, nodes };
}

/** What the survivor needs between the rung that kills and its last one, and the victim to be still there when it is killed. */
const SURVIVOR_PAUSE_MS = 150;
const VICTIM_PAUSE_MS = 450;

/** The recorded victim is killed again, at once: its console pauses until then. */
function playedCrash(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const action = profile.action.map(({ delay: _, ...each }) => each);
  const victims = new Set(action.flatMap((one) => ("node" in one ? one.node : [])));
  const nodes = run.nodes.map((node) => {
    if (victims.has(node.name)) return { ...node, serial: [...node.serial, { pauseMs: VICTIM_PAUSE_MS }] };
    const text = serialText(node);
    const at = text.indexOf(LOSS_MARKER);
    const [before, after] = [text.slice(0, at), text.slice(at)].map((part) => ({ bytes: Buffer.from(part, "latin1") }));
    return before === undefined || after === undefined
      ? node
      : { ...node, serial: [before, { pauseMs: SURVIVOR_PAUSE_MS }, after] };
  });
  return { ...run, loaded: { manifest, profile: { ...profile, action } }, nodes };
}

const LOSS_MARKER = "SELFTEST: peer loss ok";
