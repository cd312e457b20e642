/** pcap as QEMU's filter-dump and tcpdump write it: one interface, microseconds (or nanoseconds by magic), either byte order. */
import { CaptureDamaged, type CaptureItem, type CaptureParser } from "./capture-item.ts";
import { MAX_RECORD_BYTES, type CapturedFrame } from "./captured-frame.ts";

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** Above it stand flags of the frame check sequence. */
const LINK_TYPE_MASK = 0xffff;

interface PcapFormat {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
}

/** @returns whether the bytes begin like a pcap file */
export function isPcap(bytes: Buffer): boolean {
  return readFormat(bytes) !== undefined;
}

export class PcapParser implements CaptureParser {
  #rest: Buffer = Buffer.alloc(0);
  /** In the file, of the first byte of `#rest`. */
  #offset = 0;
  #header: (PcapFormat & { readonly linkType: number }) | undefined;
  #frames = 0;

  push(chunk: Buffer): CaptureItem[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const items: CaptureItem[] = [];
    for (let item = this.#next(); item !== undefined; item = this.#next()) items.push(item);
    return items;
  }

  end(): boolean {
    if (this.#header === undefined) throw new CaptureDamaged("the pcap file header is incomplete");
    return this.#rest.length > 0;
  }

  #next(): CaptureItem | undefined {
    if (this.#header === undefined) return this.#readFileHeader();
    const { littleEndian, nanoseconds, linkType } = this.#header;
    if (this.#rest.length < RECORD_HEADER_BYTES) return undefined;
    const u32 = (at: number): number => readU32(this.#rest, at, littleEndian);
    const storedLength = u32(8);
    if (storedLength > MAX_RECORD_BYTES)
      throw new CaptureDamaged(`record of ${storedLength} bytes at offset ${this.#offset}`);
    const end = RECORD_HEADER_BYTES + storedLength;
    if (this.#rest.length < end) return undefined;
    const fraction = u32(4);
    const frame: CapturedFrame = {
      bytes: this.#rest.subarray(RECORD_HEADER_BYTES, end),
      wireLength: u32(12),
      timeUs: u32(0) * 1_000_000 + (nanoseconds ? Math.floor(fraction / 1000) : fraction),
      direction: "unknown",
      comments: [],
    };
    this.#skip(end);
    this.#frames += 1;
    return { kind: "frame", number: this.#frames, interfaceIndex: 0, linkType, frame };
  }

  #readFileHeader(): CaptureItem | undefined {
    if (this.#rest.length < FILE_HEADER_BYTES) return undefined;
    const format = readFormat(this.#rest);
    if (format === undefined) throw new CaptureDamaged("no pcap file header");
    const linkType = readU32(this.#rest, 20, format.littleEndian) & LINK_TYPE_MASK;
    this.#header = { ...format, linkType };
    this.#skip(FILE_HEADER_BYTES);
    return { kind: "interface", index: 0, name: undefined, linkType };
  }

  #skip(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
    this.#offset += bytes;
  }
}

function readFormat(bytes: Buffer): PcapFormat | undefined {
  if (bytes.length < 4) return undefined;
  for (const littleEndian of [true, false]) {
    const magic = readU32(bytes, 0, littleEndian);
    if (magic === MAGIC_MICROSECONDS) return { littleEndian, nanoseconds: false };
    if (magic === MAGIC_NANOSECONDS) return { littleEndian, nanoseconds: true };
  }
  return undefined;
}

function readU32(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
