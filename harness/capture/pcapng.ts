/** pcapng (draft-ietf-opsawg-pcapng): sections, interfaces, enhanced packets with direction and comments. Other blocks pass. */
import { HarnessError } from "../host/harness-error.ts";
import {
  LINK_TYPE_ETHERNET,
  MAX_RECORD_BYTES,
  type CapturedFrame,
  type CapturedInterface,
  type CaptureFile,
  type Direction,
} from "./captured-frame.ts";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_IF_NAME = 2;
const OPTION_IF_TSRESOL = 9;
const OPTION_EPB_FLAGS = 2;

const DEFAULT_TICKS_PER_SECOND = 1_000_000;

interface Section {
  readonly littleEndian: boolean;
  readonly interfaces: { readonly captured: CapturedInterface; readonly ticksPerSecond: number }[];
}

interface Option {
  readonly code: number;
  readonly value: Buffer;
}

/** @returns whether the bytes begin like a pcapng file */
export function isPcapng(bytes: Buffer): boolean {
  return bytes.length >= 12 && bytes.readUInt32LE(0) === SECTION_HEADER;
}

/** @throws HarnessError `capture-damaged` */
export function readPcapng(bytes: Buffer, path: string): CaptureFile {
  const interfaces: CapturedInterface[] = [];
  let section: Section | undefined;
  let at = 0;
  while (at < bytes.length) {
    if (at + 12 > bytes.length) return { interfaces, cutShort: true };
    if (bytes.readUInt32LE(at) === SECTION_HEADER) section = startSection(bytes, at, path);
    if (section === undefined) throw damaged(path, at, "no section header");
    const type = u32(bytes, at, section.littleEndian);
    const length = u32(bytes, at + 4, section.littleEndian);
    if (length < 12 || length % 4 !== 0 || length > MAX_RECORD_BYTES)
      throw damaged(path, at, `block of ${length} bytes`);
    if (at + length > bytes.length) return { interfaces, cutShort: true };
    if (u32(bytes, at + length - 4, section.littleEndian) !== length) throw damaged(path, at, "block lengths differ");
    const body = bytes.subarray(at + 8, at + length - 4);
    if (type === INTERFACE_DESCRIPTION) interfaces.push(addInterface(section, body, path, at));
    if (type === ENHANCED_PACKET) addPacket(section, body, path, at);
    at += length;
  }
  return { interfaces, cutShort: false };
}

function startSection(bytes: Buffer, at: number, path: string): Section {
  if (bytes.readUInt32LE(at + 8) === BYTE_ORDER_MAGIC) return { littleEndian: true, interfaces: [] };
  if (bytes.readUInt32BE(at + 8) === BYTE_ORDER_MAGIC) return { littleEndian: false, interfaces: [] };
  throw damaged(path, at, "no byte-order magic");
}

function addInterface(section: Section, body: Buffer, path: string, at: number): CapturedInterface {
  if (body.length < 8) throw damaged(path, at, "interface description too short");
  const linkType = section.littleEndian ? body.readUInt16LE(0) : body.readUInt16BE(0);
  if (linkType !== LINK_TYPE_ETHERNET) throw damaged(path, at, `link type ${linkType}, expected Ethernet (1)`);
  let name: string | undefined;
  let ticksPerSecond = DEFAULT_TICKS_PER_SECOND;
  for (const option of readOptions(body.subarray(8), section.littleEndian)) {
    if (option.code === OPTION_IF_NAME) name = option.value.toString("utf8");
    if (option.code === OPTION_IF_TSRESOL) ticksPerSecond = readResolution(option.value[0] ?? 6);
  }
  const captured: CapturedInterface = { name, frames: [] };
  section.interfaces.push({ captured, ticksPerSecond });
  return captured;
}

function addPacket(section: Section, body: Buffer, path: string, at: number): void {
  if (body.length < 20) throw damaged(path, at, "enhanced packet too short");
  const le = section.littleEndian;
  const target = section.interfaces[u32(body, 0, le)];
  const storedLength = u32(body, 12, le);
  const optionsAt = 20 + Math.ceil(storedLength / 4) * 4;
  if (target === undefined) throw damaged(path, at, `packet of an undeclared interface ${u32(body, 0, le)}`);
  if (optionsAt > body.length) throw damaged(path, at, "packet longer than its block");
  const ticks = u32(body, 4, le) * 2 ** 32 + u32(body, 8, le);
  const comments: string[] = [];
  let direction: Direction = "unknown";
  for (const option of readOptions(body.subarray(optionsAt), le)) {
    if (option.code === OPTION_COMMENT) comments.push(option.value.toString("utf8"));
    if (option.code === OPTION_EPB_FLAGS && option.value.length === 4)
      direction = readDirection(u32(option.value, 0, le));
  }
  const frame: CapturedFrame = {
    bytes: body.subarray(20, 20 + storedLength),
    wireLength: u32(body, 16, le),
    timeUs: Math.floor((ticks / target.ticksPerSecond) * 1_000_000),
    direction,
    comments,
  };
  target.captured.frames.push(frame);
}

function* readOptions(bytes: Buffer, littleEndian: boolean): Generator<Option> {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const code = littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
    const length = littleEndian ? bytes.readUInt16LE(at + 2) : bytes.readUInt16BE(at + 2);
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

function u32(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

function damaged(path: string, at: number, what: string): HarnessError {
  return new HarnessError(
    "capture-damaged",
    `${path}: ${what} at offset ${at}`,
    "look at it with `tshark -r`; if the disk was full, free some and run again",
    { kind: "check-failed" },
  );
}
