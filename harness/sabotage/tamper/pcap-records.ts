/** Rewrites pcap files record by record, with nothing of the readers that are to be deceived. */

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export interface PcapRecord {
  /** Seconds and microseconds, as they stood. */
  readonly time: Buffer;
  readonly frame: Buffer;
}

/** @param pcap little-endian, as QEMU writes it on the machines we run on */
export function readRecords(pcap: Buffer): PcapRecord[] {
  const records: PcapRecord[] = [];
  for (let at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= pcap.length;) {
    const length = pcap.readUInt32LE(at + 8);
    const start = at + RECORD_HEADER_BYTES;
    records.push({ time: pcap.subarray(at, at + 8), frame: pcap.subarray(start, start + length) });
    at = start + length;
  }
  return records;
}

/** @param original gives the file header */
export function writeRecords(original: Buffer, records: readonly PcapRecord[]): Buffer {
  const parts = records.flatMap(({ time, frame }) => {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(frame.length, 0);
    lengths.writeUInt32LE(frame.length, 4);
    return [time, lengths, frame];
  });
  return Buffer.concat([original.subarray(0, FILE_HEADER_BYTES), ...parts]);
}
