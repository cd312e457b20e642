/** Paths, outages and deaths that aren't what the profile says, and captures that aren't what went over the wire. */
import { livingLonger } from "../tamper/long-lives.ts";
import { CLOSE, readUdpSecHeader } from "../../evidence/scene/decode/udp-sec-header.ts";
import { onRun } from "./honest-runs.ts";
import type { NodeRecording, RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import type { Profile } from "../../profiles/schema.ts";
import { Manifest, type MarkerEntry } from "../../markers/manifest.ts";
import { editMarkers, formatEvents, parseEvents } from "../tamper/console-edit.ts";
import { viewUdp, withPayload } from "../tamper/frames.ts";
import { readRecords, writeRecords } from "../tamper/pcap-records.ts";
import { DATA, openBody, packetType, sealLike } from "../tamper/sealed-packets.ts";
import { withEarlierNote } from "../tamper/switch-notes.ts";
import { viewTcp } from "../tamper/tcp-segments.ts";
import { delayedFrom } from "../tamper/times.ts";
import { keyOf, wayOf, type Way } from "../tamper/wire.ts";

type Fault = Extract<Profile["network"], { kind: "fabric" }>["link"][number]["faults"][number];

/** Above what the rules grant: deadline or bound, and as much again for an emulated machine. */
const LATE_MS = 15_000;
const UNUSED_PORT = 9;
const FULL_DATAGRAM_BYTES = 1_200;
const INITIAL_WINDOW_BYTES = 12_000;

const onFaultyPath = { ...onRun("faulty-path"), code: "contradicted" } as const;

export const PATH_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onFaultyPath,
    name: "fault-that-never-happens",
    breaks: "asks the switch to drop a certain frame, and goes on though it never came to that",
    rules: ["faults-seen"],
    tamper: (run) => withFaults(run, (faults) => [...faults, { kind: "drop", nth: [1_000_000] }]),
  },
  {
    ...onFaultyPath,
    name: "ping-that-never-left",
    breaks: "says that a host answered its echo, and never asked",
    rules: ["ping-answered"],
    tamper: (run) => withMarker(run, { id: "alive", text: "SELFTEST: host is alive", evidence: ["ping-answered"] }),
  },
  {
    ...onFaultyPath,
    name: "outage-cut-short",
    breaks: "asks for an outage of a minute, and has one of two seconds",
    rules: ["outage-survived"],
    // Of frames that never come: the switch did as it was told.
    tamper: (run) =>
      withFaults(run, (faults) => [...faults, { kind: "blackhole", length: 60_000, match: { port: UNUSED_PORT } }]),
  },
  {
    ...onFaultyPath,
    name: "window-that-never-falls",
    breaks: "keeps its congestion window through every loss",
    rules: ["cwnd-reacted"],
    tamper: withSteadyWindow,
  },
  {
    ...onRun("two-machines"),
    name: "other-stream-at-the-far-end",
    code: "contradicted",
    breaks:
      "brings other bytes to the far NIC than left the near one, well sealed, as who holds the keys on the way could",
    rules: ["same-stream-both-ends"],
    tamper: (run) => ({
      ...run,
      nodes: run.nodes.map((node) => (node.name === "a" ? withOtherByte(node, keyOf(run, "up")) : node)),
    }),
  },
  {
    ...onFaultyPath,
    name: "dial-nobody-makes",
    breaks: "is told to dial its peer, and is content with the session that the peer dialled",
    rules: ["every-pair"],
    tamper: (run) => withDaemonDialling(run, "b", "a"),
  },
  {
    ...onFaultyPath,
    name: "marker-before-any-mux-data",
    breaks: "says in the order of its ladder, but before any arrived, that mux DATA went both ways",
    rules: ["marker-after-wire"],
    tamper: (run) => withEarlierNote(run, "b", "dsoftbus:mux data ok (udp-sec)", 400),
  },
  {
    ...onFaultyPath,
    name: "marker-at-the-first-request",
    breaks:
      "says that mux bytes went both ways and were looked at when the first request has come, before anything proves its answer",
    rules: ["marker-after-wire"],
    tamper: (run) => withEarlierNote(run, "b", "dsoftbus:mux data ok (udp-sec)", 80),
  },
  {
    ...onFaultyPath,
    name: "control-before-its-last-message",
    breaks: "says in the order of its ladder, but with messages still to come, that all of them were answered",
    rules: ["marker-after-wire"],
    tamper: (run) => withEarlierNote(run, "a", "SELFTEST: udp-sec control ok", 2_000),
  },
  {
    ...onRun("cross-vm-udp-blocked"),
    name: "fallback-long-after-its-deadline",
    breaks: "takes TCP many seconds after the time that it may wait for udp-sec",
    code: "contradicted",
    rules: ["fallback-within-deadline"],
    tamper: (run) => livingLonger(delayedFrom(run, (frame) => viewTcp(frame)?.isSyn === true, LATE_MS)),
  },
  {
    ...onRun("peer-crash"),
    name: "survivor-that-does-not-give-up",
    breaks: "goes on with a dead peer long after its idle timeout",
    code: "contradicted",
    rules: ["ended-by-liveness"],
    tamper: (run) => livingLonger(delayedFrom(run, isClose, LATE_MS)),
  },
  {
    // Over a hub: where a switch has seen the frames too, it says as well that QEMU's capture is not there.
    ...onRun("identity-reject"),
    name: "capture-overwritten",
    breaks: "loses the capture of one NIC to zeros, as a file system does that was not shut down",
    code: "contradicted",
    rules: ["capture-complete"],
    tamper: (run) => ({ ...run, nodes: run.nodes.map(withoutSecondCapture) }),
  },
];

function withFaults(run: RecordedRun, edit: (faults: readonly Fault[]) => Fault[]): RecordedRun {
  const { profile, manifest } = run.loaded;
  if (profile.network.kind !== "fabric") return run;
  const link = profile.network.link.map((each) => ({ ...each, faults: edit(each.faults) }));
  return { ...run, loaded: { manifest, profile: { ...profile, network: { ...profile.network, link } } } };
}

function withSteadyWindow(run: RecordedRun): RecordedRun {
  const nodes = run.nodes.map((node) => {
    const events = parseEvents(node.events).map((event) =>
      event.kind === "congestion"
        ? { ...event, data: { ...event.data, congestion_window: INITIAL_WINDOW_BYTES } }
        : event,
    );
    return { ...node, events: formatEvents(events) };
  });
  return { ...run, nodes };
}

/** At this node's NIC alone: the last byte of the last full DATA packet that came up is another. */
function withOtherByte(node: NodeRecording, key: Buffer): NodeRecording {
  const captures = node.captures.map((capture) => {
    const records = readRecords(capture);
    const at = records.findLastIndex(({ frame }) => isFullData(frame, "up"));
    return writeRecords(
      capture,
      records.map((record, index) => (index === at ? { ...record, frame: otherLastByte(record.frame, key) } : record)),
    );
  });
  return { ...node, captures };
}

function isFullData(frame: Buffer, way: Way): boolean {
  const payload = wayOf(frame) === way ? viewUdp(frame)?.payload : undefined;
  return payload?.length === FULL_DATAGRAM_BYTES && packetType(payload) === DATA;
}

function otherLastByte(frame: Buffer, key: Buffer): Buffer {
  const payload = viewUdp(frame)?.payload ?? Buffer.alloc(0);
  const plain = openBody(payload, key);
  plain.writeUInt8(plain.readUInt8(plain.length - 1) ^ 0xff, plain.length - 1);
  return withPayload(frame, sealLike(payload, {}, plain, key));
}

export function withDaemonDialling(run: RecordedRun, from: string, to: string): RecordedRun {
  const { profile, manifest } = run.loaded;
  const node = profile.node.map((each) => ({
    ...each,
    process: each.process.map((one) =>
      each.name === from && one.kind === "dsoftbusd" ? { ...one, dials: [...one.dials, to] } : one,
    ),
  }));
  return { ...run, loaded: { manifest, profile: { ...profile, node } } };
}

function isClose(frame: Buffer): boolean {
  const payload = wayOf(frame) === undefined ? undefined : viewUdp(frame)?.payload;
  return payload !== undefined && readUdpSecHeader(payload)?.type === CLOSE;
}

function withoutSecondCapture(node: NodeRecording): NodeRecording {
  const captures = node.captures.map((capture, nic) => (nic === 1 ? Buffer.alloc(capture.length) : capture));
  return { ...node, captures };
}

/** The first node claims one thing more, last of all. */
function withMarker(
  run: RecordedRun,
  { id, text, evidence }: Pick<MarkerEntry, "id" | "text" | "evidence">,
): RecordedRun {
  const { profile, manifest } = run.loaded;
  const marker: MarkerEntry = { id, text, evidence, process: "selftest", proves: "that a host is there" };
  const node = profile.node.map((one, at) =>
    at === 0 ? { ...one, rung: [...one.rung, { marker: id, budget: LATE_MS, count: 1, send: [] }] } : one,
  );
  const claimant = profile.node[0]?.name;
  return {
    ...run,
    loaded: { manifest: new Manifest([...manifest.markers, marker]), profile: { ...profile, node } },
    nodes: run.nodes.map((one) => (one.name === claimant ? editMarkers(one, (markers) => [...markers, text]) : one)),
  };
}
