/** What went over the wire in a recorded run, changed at every NIC that saw it. */
import { parseEvents } from "./console-edit.ts";
import { viewUdp, withPayload } from "./frames.ts";
import { countDatagrams, countFrames, countPackets, type Namespace } from "./kernel-report.ts";
import { readRecords, writeRecords, type PcapRecord } from "./pcap-records.ts";
import { DATA, DATA_PREFIX_BYTES, dataOffset, fieldsOf, openBody, packetType, sealLike } from "./sealed-packets.ts";
import { addCrossings, editCrossings, withSwitchCapture } from "./switch-capture.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";

const IPV4_TYPE = 0x0800;
const PROTOCOL_AT = 23;
const [ICMP, TCP, UDP] = [1, 6, 17];

/** `up`: from who dialled. In the recorded runs that is the self-test, in the second namespace. */
export type Way = "up" | "down";

export function wayOf(frame: Buffer): Way | undefined {
  const udp = viewUdp(frame);
  if (udp?.destinationPort === SESSION_PORT) return "up";
  return udp?.sourcePort === SESSION_PORT ? "down" : undefined;
}

/** @param edit what becomes of a frame: none, itself, others; the same at every NIC, and for the switch between them */
export function editFrames(run: RecordedRun, edit: (frame: Buffer) => readonly Buffer[]): RecordedRun {
  const edited = editRecords(run, (records) =>
    records.flatMap(({ time, frame }) => edit(frame).map((changed): PcapRecord => ({ time, frame: changed }))),
  );
  return withSwitchCapture(edited, (capture) => editCrossings(capture, edit));
}

/** @param edit of a datagram of the session's port @returns undefined from it: as it is */
export function editDatagrams(run: RecordedRun, edit: (payload: Buffer, way: Way) => Buffer | undefined): RecordedRun {
  return editFrames(run, (frame) => {
    const way = wayOf(frame);
    const changed = way === undefined ? undefined : edit(viewUdp(frame)?.payload ?? Buffer.alloc(0), way);
    return [changed === undefined ? frame : withPayload(frame, changed)];
  });
}

/** Keys of the first session of the run. */
export function keyOf(run: RecordedRun, way: Way): Buffer {
  const events = run.nodes.flatMap(({ events: text }) => parseEvents(text));
  const keys = events.find(({ kind }) => kind === "session-keys")?.data;
  return Buffer.from(String(keys?.[way === "up" ? "initiatorKey" : "responderKey"]), "hex");
}

/** All bytes of one direction of the stream, in order. */
export function streamOf(run: RecordedRun, way: Way): Buffer {
  const key = keyOf(run, way);
  const pieces: { offset: number; bytes: Buffer }[] = [];
  for (const frame of framesAtFirstNic(run)) {
    const payload = wayOf(frame) === way ? viewUdp(frame)?.payload : undefined;
    if (payload === undefined || packetType(payload) !== DATA) continue;
    const plain = openBody(payload, key);
    pieces.push({ offset: dataOffset(plain), bytes: plain.subarray(DATA_PREFIX_BYTES) });
  }
  const stream = Buffer.alloc(Math.max(0, ...pieces.map(({ offset, bytes }) => offset + bytes.length)));
  for (const { offset, bytes } of pieces) bytes.copy(stream, offset);
  return stream;
}

/** Other bytes in one direction of the stream, sealed as if they had always been there. */
export function patchStream(run: RecordedRun, way: Way, at: number, bytes: Buffer): RecordedRun {
  const key = keyOf(run, way);
  return editDatagrams(run, (payload, itsWay) => {
    if (itsWay !== way || packetType(payload) !== DATA) return undefined;
    const plain = openBody(payload, key);
    const start = dataOffset(plain);
    const end = start + plain.length - DATA_PREFIX_BYTES;
    if (end <= at || start >= at + bytes.length) return undefined;
    for (let i = Math.max(at, start); i < Math.min(end, at + bytes.length); i++) {
      plain[DATA_PREFIX_BYTES + i - start] = bytes[i - at] ?? 0;
    }
    return sealLike(payload, {}, plain, key);
  });
}

/** An unused packet number above the ones of the run. */
export const FREE_PACKET_NUMBER = 1_000_000;

/** One datagram more, sent and counted like all others. @param make from a DATA packet of that direction and its plaintext */
export function addDatagram(
  run: RecordedRun,
  way: Way,
  make: (like: Buffer, plain: Buffer, key: Buffer) => Buffer,
): RecordedRun {
  const key = keyOf(run, way);
  const like = fullestData(run, way);
  const payload = viewUdp(like)?.payload ?? Buffer.alloc(0);
  return addFrames(run, way, [withPayload(like, make(payload, openBody(payload, key), key))], 1);
}

/** Frames more at every NIC, at the end of what was seen. @param datagrams that the kernels count for them */
export function addFrames(run: RecordedRun, way: Way, frames: readonly Buffer[], datagrams: number): RecordedRun {
  const longer = editRecords(run, (records) => {
    const time = records.at(-1)?.time ?? Buffer.alloc(8);
    return [...records, ...frames.map((frame) => ({ time, frame }))];
  });
  const crossed = withSwitchCapture(longer, (capture) => addCrossings(capture, frames, way === "up" ? 1 : 0));
  return countOthers(countAs(crossed, way, datagrams), way, frames);
}

/** What of the frames is no datagram its sender's kernel counts, and its receiver's. */
function countOthers(run: RecordedRun, way: Way, frames: readonly Buffer[]): RecordedRun {
  const [sender, receiver] = namespacesOf(way);
  const count = (report: string, protocol: number | undefined): string => {
    const sent = countFrames(report, sender, { sent: 1 });
    const both = countFrames(sent, receiver, { received: 1 });
    const name = protocol === TCP ? "Tcp" : protocol === ICMP ? "Icmp" : undefined;
    if (name === undefined) return both;
    return countPackets(countPackets(both, sender, name, { sent: 1 }), receiver, name, { received: 1 });
  };
  const others = frames.map(protocolOf).filter((protocol) => protocol !== UDP);
  return { ...run, nodes: run.nodes.map((node) => ({ ...node, init: others.reduce(count, node.init) })) };
}

/** @returns undefined: it is no IPv4 */
function protocolOf(frame: Buffer): number | undefined {
  return frame.length > PROTOCOL_AT && frame.readUInt16BE(12) === IPV4_TYPE ? frame[PROTOCOL_AT] : undefined;
}

function namespacesOf(way: Way): readonly [sender: Namespace, receiver: Namespace] {
  return way === "up" ? ["second", "root"] : ["root", "second"];
}

/** Makes the sender's kernel alone count them: who isn't addressed counts nothing. */
export function countSent(run: RecordedRun, way: Way, datagrams: number): RecordedRun {
  const [sender] = namespacesOf(way);
  const nodes = run.nodes.map((node) => ({ ...node, init: countDatagrams(node.init, sender, { sent: datagrams }) }));
  return { ...run, nodes };
}

/** Makes the kernels' counters say that so many datagrams more (or fewer) went one way. */
export function countAs(run: RecordedRun, way: Way, datagrams: number): RecordedRun {
  const [sender, receiver] = namespacesOf(way);
  return {
    ...run,
    nodes: run.nodes.map((node) => ({
      ...node,
      init: countDatagrams(countDatagrams(node.init, sender, { sent: datagrams }), receiver, { received: datagrams }),
    })),
  };
}

export function framesAtFirstNic(run: RecordedRun): Buffer[] {
  const capture = run.nodes[0]?.captures[0];
  return capture === undefined ? [] : readRecords(capture).map(({ frame }) => frame);
}

/** The last frame with a whole DATA packet: a template with all the headers that a packet has. */
function fullestData(run: RecordedRun, way: Way): Buffer {
  const isData = (frame: Buffer): boolean => {
    const payload = viewUdp(frame)?.payload;
    return (
      wayOf(frame) === way && payload !== undefined && packetType(payload) === DATA && fieldsOf(payload).flags === 0
    );
  };
  const frames = framesAtFirstNic(run).filter(isData);
  return frames.reduce((best, frame) => (frame.length > best.length ? frame : best), frames[0] ?? Buffer.alloc(0));
}

function editRecords(run: RecordedRun, edit: (records: readonly PcapRecord[]) => readonly PcapRecord[]): RecordedRun {
  return {
    ...run,
    nodes: run.nodes.map((node) => ({
      ...node,
      captures: node.captures.map((capture) => writeRecords(capture, edit(readRecords(capture)))),
    })),
  };
}
