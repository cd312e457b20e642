/** pcap as QEMU's filter-dump writes it: one interface, microseconds (or nanoseconds by magic), either byte order. */
import { HarnessError } from "../host/harness-error.ts";
import { LINK_TYPE_ETHERNET, MAX_RECORD_BYTES, type CapturedFrame, type CaptureFile } from "./captured-frame.ts";

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** @returns whether the bytes begin like a pcap file */
export function isPcap(bytes: Buffer): boolean {
  return readFormat(bytes) !== undefined;
}

/** @throws HarnessError `capture-damaged` for a bad header, another link type or an impossible record */
export function readPcap(bytes: Buffer, path: string): CaptureFile {
  const format = readFormat(bytes);
  if (format === undefined || bytes.length < FILE_HEADER_BYTES)
    throw damaged(path, "the pcap file header is incomplete");
  const u32 = (at: number): number => (format.littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u32(20) !== LINK_TYPE_ETHERNET) throw damaged(path, `link type ${u32(20)}, expected Ethernet (1)`);

  const frames: CapturedFrame[] = [];
  let at = FILE_HEADER_BYTES;
  let cutShort = false;
  while (at < bytes.length) {
    if (at + RECORD_HEADER_BYTES > bytes.length) {
      cutShort = true;
      break;
    }
    const storedLength = u32(at + 8);
    if (storedLength > MAX_RECORD_BYTES) throw damaged(path, `record of ${storedLength} bytes at offset ${at}`);
    const start = at + RECORD_HEADER_BYTES;
    if (start + storedLength > bytes.length) {
      cutShort = true;
      break;
    }
    const fraction = u32(at + 4);
    frames.push({
      bytes: bytes.subarray(start, start + storedLength),
      wireLength: u32(at + 12),
      timeUs: u32(at) * 1_000_000 + (format.nanoseconds ? Math.floor(fraction / 1000) : fraction),
      direction: "unknown",
      comments: [],
    });
    at = start + storedLength;
  }
  return { interfaces: [{ name: undefined, frames }], cutShort };
}

function readFormat(bytes: Buffer): { littleEndian: boolean; nanoseconds: boolean } | undefined {
  if (bytes.length < 4) return undefined;
  for (const littleEndian of [true, false]) {
    const magic = littleEndian ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
    if (magic === MAGIC_MICROSECONDS) return { littleEndian, nanoseconds: false };
    if (magic === MAGIC_NANOSECONDS) return { littleEndian, nanoseconds: true };
  }
  return undefined;
}

function damaged(path: string, what: string): HarnessError {
  return new HarnessError(
    "capture-damaged",
    `${path}: ${what}`,
    "look at it with `tshark -r`; if the disk was full, free some and run again",
    { kind: "check-failed" },
  );
}
