/** Ends that go on after their deadlines, and clocks that don't go right. */
import type { RecordedRun } from "../recordings/recording.ts";
import { viewUdp } from "../tamper/frames.ts";
import { livingLonger, withLife } from "../tamper/long-lives.ts";
import { readRecords, writeRecords } from "../tamper/pcap-records.ts";
import { DATA, packetType, PING } from "../tamper/sealed-packets.ts";
import { viewTcp } from "../tamper/tcp-segments.ts";
import { delayedFrom } from "../tamper/times.ts";
import { wayOf } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const MESSAGE_2 = 0x02;
const MESSAGE_3 = 0x03;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Behind the idle timeout, and well behind all that a busy host explains. */
const SILENCE_MS = 30_000;
const MIDDLE_PN = 200;
/** A record with nothing but its kind: ACCEPT is the first that the responder sends. */
const ACCEPT_BYTES = 19;
const TCP_FLAGS_AT = 47;
const FIN = 1;

const observed = { code: "contradicted", rules: ["observer"] } as const;
const onClocks = { code: "contradicted", rules: ["clocks-agree"] } as const;

const typeOf = (frame: Buffer): number | undefined => {
  const payload = wayOf(frame) === undefined ? undefined : viewUdp(frame)?.payload;
  return payload === undefined ? undefined : packetType(payload);
};
const isMiddle = (frame: Buffer): boolean =>
  typeOf(frame) === DATA && wayOf(frame) === "up" && (viewUdp(frame)?.payload.readUInt32LE(12) ?? 0) >= MIDDLE_PN;
const isAccept = (frame: Buffer): boolean => {
  const segment = viewTcp(frame);
  return segment?.fromClient === false && segment.payload.length === ACCEPT_BYTES;
};
const isLastFin = (frame: Buffer): boolean =>
  viewTcp(frame)?.fromClient === false && ((frame[TCP_FLAGS_AT] ?? 0) & FIN) !== 0;

/** Nothing else is late: the machines live for long enough. */
const late =
  (isFirst: (frame: Buffer) => boolean, byMs: number) =>
  (run: RecordedRun): RecordedRun =>
    livingLonger(delayedFrom(run, isFirst, byMs));

export const TIME_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "hour-of-silence",
    breaks: "is silent for an hour in the middle of a transfer, and goes on",
    tamper: late(isMiddle, HOUR_MS),
  },
  {
    ...onRun("two-machines"),
    ...observed,
    name: "silence-over-the-switch",
    breaks: "hears nothing for half a minute, and goes on",
    tamper: late(isMiddle, SILENCE_MS),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "minute-before-message-2",
    breaks: "waits for the answer to its MSG1 for a minute, and takes it",
    tamper: late((frame) => typeOf(frame) === MESSAGE_2, MINUTE_MS),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "minute-before-message-3",
    breaks: "finishes a handshake a minute after it began",
    tamper: late((frame) => typeOf(frame) === MESSAGE_3, MINUTE_MS),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "minute-before-the-confirmation",
    breaks: "waits a minute for the first packet of its peer, and goes on",
    tamper: late((frame) => typeOf(frame) === PING, MINUTE_MS),
  },
  {
    ...onRun("tcp-fallback"),
    ...observed,
    name: "minute-before-accept",
    breaks: "waits for ACCEPT for a minute, and goes on",
    tamper: late(isAccept, MINUTE_MS),
  },
  {
    ...onRun("tcp-fallback"),
    ...observed,
    name: "minute-before-the-end-of-tcp",
    breaks: "keeps TCP open for a minute after both sides are done",
    tamper: late(isLastFin, MINUTE_MS),
  },
  {
    ...onRun("udp-sec"),
    ...onClocks,
    name: "clock-that-runs-back",
    breaks: "captures some frames at a time before that of the frames before them",
    tamper: (run) => ({
      ...run,
      nodes: run.nodes.map((node) => ({ ...node, captures: node.captures.map(swappedTimes) })),
    }),
  },
  {
    ...onRun("two-machines"),
    ...onClocks,
    name: "frames-of-a-machine-that-is-gone",
    breaks: "sends for longer than its kernel was up",
    tamper: (run) => withLife(run, 4),
  },
  {
    ...onRun("peer-crash"),
    ...onClocks,
    name: "capture-longer-than-its-run",
    breaks: "captures frames of a killed machine for longer than the run took",
    tamper: (run) => ({ ...run, endedMs: 1 }),
  },
];

/** The times of two frames in the middle, the one in the other's place. */
function swappedTimes(capture: Buffer): Buffer {
  const records = readRecords(capture);
  const from = records.findIndex(({ time }, at) => at > 0 && records[at - 1]?.time.equals(time) === false);
  const [before, after] = [records[from - 1], records[from]];
  if (before === undefined || after === undefined) return capture;
  const swapped = records.with(from - 1, { ...before, time: after.time }).with(from, { ...after, time: before.time });
  return writeRecords(capture, swapped);
}
