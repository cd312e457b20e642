/** Captures in which something happened later than it did. Each file has a clock of its own: only differences can be changed. */
import type { RecordedRun } from "../recordings/recording.ts";
import { readRecords, writeRecords } from "./pcap-records.ts";

const ENHANCED_PACKET = 6;
const JOURNAL_EXPORT = 9;
const TIME = /__REALTIME_TIMESTAMP=(\d+)/;
const PACKET_HEADER_BYTES = 20;
const US_PER_SECOND = 1_000_000;
const US_PER_MS = 1_000;

/** @returns the run with everything later by so much from the first frame on that fits, in each capture that holds one */
export function delayedFrom(run: RecordedRun, isFirst: (frame: Buffer) => boolean, byMs: number): RecordedRun {
  const nodes = run.nodes.map((node) => ({
    ...node,
    captures: node.captures.map((capture) => delayedPcap(capture, isFirst, byMs * US_PER_MS)),
  }));
  if (run.fabric === undefined) return { ...run, nodes };
  return { ...run, nodes, fabric: delayedPcapng(run.fabric, isFirst, byMs * US_PER_MS) };
}

function delayedPcap(pcap: Buffer, isFirst: (frame: Buffer) => boolean, byUs: number): Buffer {
  const records = readRecords(pcap);
  const from = records.findIndex(({ frame }) => isFirst(frame));
  const delayed = records.map((record, at) => {
    if (from === -1 || at < from) return record;
    const timeUs = record.time.readUInt32LE(0) * US_PER_SECOND + record.time.readUInt32LE(4) + byUs;
    const time = Buffer.alloc(8);
    time.writeUInt32LE(Math.floor(timeUs / US_PER_SECOND), 0);
    time.writeUInt32LE(timeUs % US_PER_SECOND, 4);
    return { ...record, time };
  });
  return writeRecords(pcap, delayed);
}

/** @param pcapng little-endian, in microseconds: as the switch writes it */
function delayedPcapng(pcapng: Buffer, isFirst: (frame: Buffer) => boolean, byUs: number): Buffer {
  const delayed = Buffer.from(pcapng);
  let isLate = false;
  for (let at = 0; at + 12 <= delayed.length;) {
    const length = delayed.readUInt32LE(at + 4);
    if (delayed.readUInt32LE(at) === ENHANCED_PACKET) {
      const start = at + 8 + PACKET_HEADER_BYTES;
      isLate ||= isFirst(delayed.subarray(start, start + delayed.readUInt32LE(at + 20)));
      if (isLate) {
        const timeUs = delayed.readUInt32LE(at + 12) * 2 ** 32 + delayed.readUInt32LE(at + 16) + byUs;
        delayed.writeUInt32LE(Math.floor(timeUs / 2 ** 32), at + 12);
        delayed.writeUInt32LE(timeUs % 2 ** 32, at + 16);
      }
    } else if (isLate && delayed.readUInt32LE(at) === JOURNAL_EXPORT)
      delayNote(delayed.subarray(at, at + length), byUs);
    at += length;
  }
  return delayed;
}

/** What was said after it came later too. */
function delayNote(block: Buffer, byUs: number): void {
  const text = block.toString("latin1");
  const [field = "", timeUs] = TIME.exec(text) ?? [];
  if (field !== "") block.write(`__REALTIME_TIMESTAMP=${Number(timeUs) + byUs}`, text.indexOf(field), "latin1");
}
