/** pcapng (draft-ietf-opsawg-pcapng): sections, interfaces, packets with direction and comments, notes, secrets, counts of drops. Other blocks pass. */
import { CaptureDamaged, type CaptureItem, type CaptureParser } from "./capture-item.ts";
import { MAX_RECORD_BYTES, type CapturedFrame, type Direction } from "./captured-frame.ts";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const JOURNAL_EXPORT = 9;
const DECRYPTION_SECRETS = 10;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_FRAME_BYTES = 12;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_IF_NAME = 2;
const OPTION_IF_TSRESOL = 9;
const OPTION_EPB_FLAGS = 2;
const OPTION_ISB_IFDROP = 5;
const OPTION_ISB_OSDROP = 7;

const DEFAULT_TICKS_PER_SECOND = 1_000_000;

interface SectionInterface {
  /** In the whole file. */
  readonly index: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly ticksPerSecond: number;
}

interface Section {
  readonly littleEndian: boolean;
  readonly interfaces: SectionInterface[];
}

interface Option {
  readonly code: number;
  readonly value: Buffer;
}

/** @returns whether the bytes begin like a pcapng file */
export function isPcapng(bytes: Buffer): boolean {
  return bytes.length >= BLOCK_FRAME_BYTES && bytes.readUInt32LE(0) === SECTION_HEADER;
}

export class PcapngParser implements CaptureParser {
  #rest: Buffer = Buffer.alloc(0);
  /** In the file, of the first byte of `#rest`. */
  #offset = 0;
  #section: Section | undefined;
  #interfaces = 0;
  #frames = 0;

  push(chunk: Buffer): CaptureItem[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const items: CaptureItem[] = [];
    while (this.#rest.length >= BLOCK_FRAME_BYTES) {
      const length = this.#lengthOfBlock();
      if (this.#rest.length < length) break;
      items.push(...this.#readBlock(this.#rest.subarray(0, length)));
      this.#rest = this.#rest.subarray(length);
      this.#offset += length;
    }
    return items;
  }

  end(): boolean {
    return this.#rest.length > 0;
  }

  #lengthOfBlock(): number {
    const bytes = this.#rest;
    if (bytes.readUInt32LE(0) === SECTION_HEADER) this.#section = this.#startSection(bytes);
    if (this.#section === undefined) throw this.#damaged("no section header");
    const length = u32(bytes, 4, this.#section.littleEndian);
    if (length < BLOCK_FRAME_BYTES || length % 4 !== 0 || length > MAX_RECORD_BYTES)
      throw this.#damaged(`block of ${length} bytes`);
    return length;
  }

  #startSection(bytes: Buffer): Section {
    if (bytes.readUInt32LE(8) === BYTE_ORDER_MAGIC) return { littleEndian: true, interfaces: [] };
    if (bytes.readUInt32BE(8) === BYTE_ORDER_MAGIC) return { littleEndian: false, interfaces: [] };
    throw this.#damaged("no byte-order magic");
  }

  #readBlock(block: Buffer): CaptureItem[] {
    const section = this.#section;
    if (section === undefined) return [];
    const le = section.littleEndian;
    if (u32(block, block.length - 4, le) !== block.length) throw this.#damaged("block lengths differ");
    const body = block.subarray(8, -4);
    switch (u32(block, 0, le)) {
      case INTERFACE_DESCRIPTION:
        return [this.#addInterface(section, body)];
      case ENHANCED_PACKET:
        return [this.#enhancedPacket(section, body)];
      case OBSOLETE_PACKET:
        return [this.#obsoletePacket(section, body)];
      case SIMPLE_PACKET:
        return [this.#simplePacket(section, body)];
      case DECRYPTION_SECRETS:
        return readSecrets(body, le);
      case INTERFACE_STATISTICS:
        return readDrops(body, le);
      case JOURNAL_EXPORT:
        // Wireshark counts it among the packets: their numbers are those that people see there.
        this.#frames += 1;
        return readNote(body);
      default:
        return [];
    }
  }

  #addInterface(section: Section, body: Buffer): CaptureItem {
    const le = section.littleEndian;
    if (body.length < 8) throw this.#damaged("interface description too short");
    const linkType = u16(body, 0, le);
    let name: string | undefined;
    let ticksPerSecond = DEFAULT_TICKS_PER_SECOND;
    for (const option of readOptions(body.subarray(8), le)) {
      if (option.code === OPTION_IF_NAME) name = option.value.toString("utf8");
      if (option.code === OPTION_IF_TSRESOL) ticksPerSecond = readResolution(option.value[0] ?? 6);
    }
    const index = this.#interfaces;
    this.#interfaces += 1;
    section.interfaces.push({ index, linkType, snapLength: u32(body, 4, le), ticksPerSecond });
    return { kind: "interface", index, name, linkType };
  }

  #enhancedPacket(section: Section, body: Buffer): CaptureItem {
    if (body.length < 20) throw this.#damaged("enhanced packet too short");
    return this.#packet(section, u32(body, 0, section.littleEndian), body, 4);
  }

  /** Like an enhanced one, but for two numbers of 16 bits where that has one of 32. */
  #obsoletePacket(section: Section, body: Buffer): CaptureItem {
    if (body.length < 20) throw this.#damaged("packet too short");
    return this.#packet(section, u16(body, 0, section.littleEndian), body, 4);
  }

  #packet(section: Section, target: number, body: Buffer, at: number): CaptureItem {
    const le = section.littleEndian;
    const seenAt = this.#interfaceOf(section, target);
    const storedLength = u32(body, at + 8, le);
    const optionsAt = 20 + Math.ceil(storedLength / 4) * 4;
    if (optionsAt > body.length) throw this.#damaged("packet longer than its block");
    const ticks = u32(body, at, le) * 2 ** 32 + u32(body, at + 4, le);
    const comments: string[] = [];
    let direction: Direction = "unknown";
    for (const option of readOptions(body.subarray(optionsAt), le)) {
      if (option.code === OPTION_COMMENT) comments.push(option.value.toString("utf8"));
      if (option.code === OPTION_EPB_FLAGS && option.value.length === 4)
        direction = readDirection(u32(option.value, 0, le));
    }
    return this.#frameItem(seenAt, {
      bytes: body.subarray(20, 20 + storedLength),
      wireLength: u32(body, at + 12, le),
      timeUs: Math.floor((ticks / seenAt.ticksPerSecond) * 1_000_000),
      direction,
      comments,
    });
  }

  /** Of the first interface, without a time. */
  #simplePacket(section: Section, body: Buffer): CaptureItem {
    if (body.length < 4) throw this.#damaged("simple packet too short");
    const seenAt = this.#interfaceOf(section, 0);
    const wireLength = u32(body, 0, section.littleEndian);
    const limit = seenAt.snapLength === 0 ? wireLength : Math.min(wireLength, seenAt.snapLength);
    const bytes = body.subarray(4, 4 + limit);
    return this.#frameItem(seenAt, { bytes, wireLength, timeUs: 0, direction: "unknown", comments: [] });
  }

  #interfaceOf(section: Section, index: number): SectionInterface {
    const seenAt = section.interfaces[index];
    if (seenAt === undefined) throw this.#damaged(`packet of an undeclared interface ${index}`);
    return seenAt;
  }

  #frameItem({ index, linkType }: SectionInterface, frame: CapturedFrame): CaptureItem {
    this.#frames += 1;
    return { kind: "frame", number: this.#frames, interfaceIndex: index, linkType, frame };
  }

  #damaged(what: string): CaptureDamaged {
    return new CaptureDamaged(`${what} at offset ${this.#offset}`);
  }
}

/** An entry of systemd's journal, of which the line and its time count alone. */
function readNote(body: Buffer): CaptureItem[] {
  const entry = body.toString("utf8");
  const [, message] = /^MESSAGE=(.*)$/m.exec(entry) ?? [];
  const [, time] = /^__REALTIME_TIMESTAMP=(\d{1,16})$/m.exec(entry) ?? [];
  return message === undefined
    ? []
    : [{ kind: "note", message, timeUs: time === undefined ? undefined : Number(time) }];
}

function readSecrets(body: Buffer, littleEndian: boolean): CaptureItem[] {
  if (body.length < 8) return [];
  const bytes = body.subarray(8, 8 + u32(body, 4, littleEndian));
  return [{ kind: "secrets", secretsType: u32(body, 0, littleEndian), bytes }];
}

function readDrops(body: Buffer, littleEndian: boolean): CaptureItem[] {
  const counts = [...readOptions(body.subarray(12), littleEndian)].filter(
    ({ code, value }) => (code === OPTION_ISB_IFDROP || code === OPTION_ISB_OSDROP) && value.length === 8,
  );
  const values = counts.map(({ value }) => Number(littleEndian ? value.readBigUInt64LE(0) : value.readBigUInt64BE(0)));
  const packets = values.reduce((sum, value) => sum + value, 0);
  return packets === 0 ? [] : [{ kind: "dropped", packets }];
}

function* readOptions(bytes: Buffer, littleEndian: boolean): Generator<Option> {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const code = u16(bytes, at, littleEndian);
    const length = u16(bytes, at + 2, littleEndian);
    if (code === OPTION_END || at + 4 + length > bytes.length) return;
    yield { code, value: bytes.subarray(at + 4, at + 4 + length) };
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

/** Bits 0 and 1 of `epb_flags`, seen from the NIC: 1 inbound, 2 outbound. */
function readDirection(flags: number): Direction {
  return (flags & 3) === 1 ? "received" : (flags & 3) === 2 ? "sent" : "unknown";
}

function readResolution(value: number): number {
  return value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
}

function u16(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

function u32(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
