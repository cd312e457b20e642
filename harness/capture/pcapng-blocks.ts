/** Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, microseconds. Pure. */

export type FrameDirection = "sent" | "received" | "unknown";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const JOURNAL_EXPORT = 9;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINK_TYPE_ETHERNET = 1;
const OPTION_COMMENT = 1;
const OPTION_IF_NAME = 2;
const OPTION_USER_APPLICATION = 4;
const OPTION_EPB_FLAGS = 2;
/** `epb_flags`, seen from the NIC: what a guest sends is outbound. */
const DIRECTION_FLAGS: Readonly<Record<FrameDirection, number>> = { unknown: 0, received: 1, sent: 2 };
/** Type, length, then after the body the length again. */
const BLOCK_FRAME_BYTES = 12;
const PACKET_HEADER_BYTES = 20;
const FLAGS_OPTION_BYTES = 8;
const END_OF_OPTIONS_BYTES = 4;

export function sectionHeader(application: string): Buffer {
  const fixed = Buffer.alloc(16, 0xff);
  fixed.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  fixed.writeUInt16LE(1, 4);
  fixed.writeUInt16LE(0, 6);
  return block(SECTION_HEADER, [
    fixed,
    option(OPTION_USER_APPLICATION, application),
    Buffer.alloc(END_OF_OPTIONS_BYTES),
  ]);
}

export function interfaceDescription(name: string, linkType: number = LINK_TYPE_ETHERNET): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(linkType, 0);
  return block(INTERFACE_DESCRIPTION, [fixed, option(OPTION_IF_NAME, name), Buffer.alloc(END_OF_OPTIONS_BYTES)]);
}

/** One allocation: this runs twice per frame. */
export function enhancedPacket(
  interfaceIndex: number,
  timeUs: number,
  frame: Buffer,
  direction: FrameDirection,
  comment?: string,
): Buffer {
  const comments = comment === undefined ? Buffer.alloc(0) : option(OPTION_COMMENT, comment);
  const optionsAt = 8 + PACKET_HEADER_BYTES + padded(frame.length);
  const length = optionsAt + comments.length + FLAGS_OPTION_BYTES + END_OF_OPTIONS_BYTES + 4;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt32LE(ENHANCED_PACKET, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt32LE(interfaceIndex, 8);
  bytes.writeUInt32LE(Math.floor(timeUs / 2 ** 32), 12);
  bytes.writeUInt32LE((timeUs % 2 ** 32) >>> 0, 16);
  bytes.writeUInt32LE(frame.length, 20);
  bytes.writeUInt32LE(frame.length, 24);
  frame.copy(bytes, 28);
  bytes.fill(0, 28 + frame.length, optionsAt);
  comments.copy(bytes, optionsAt);
  const flagsAt = optionsAt + comments.length;
  bytes.writeUInt16LE(OPTION_EPB_FLAGS, flagsAt);
  bytes.writeUInt16LE(4, flagsAt + 2);
  bytes.writeUInt32LE(DIRECTION_FLAGS[direction], flagsAt + 4);
  bytes.writeUInt32LE(0, flagsAt + FLAGS_OPTION_BYTES);
  bytes.writeUInt32LE(length, length - 4);
  return bytes;
}

/** A marker: Wireshark shows a journal entry as a record of its own, at its time among the frames. */
export function journalEntry(timeUs: number, message: string): Buffer {
  const line = message.replace(/[\r\n]+/g, " ");
  const text = `__REALTIME_TIMESTAMP=${Math.floor(timeUs)}\nSYSLOG_IDENTIFIER=udpsec\nPRIORITY=6\nMESSAGE=${line}\n`;
  return block(JOURNAL_EXPORT, [pad(Buffer.from(text))]);
}

function block(type: number, body: readonly Buffer[]): Buffer {
  const length = BLOCK_FRAME_BYTES + body.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, ...body, head.subarray(4)]);
}

function option(code: number, text: string): Buffer {
  const value = Buffer.from(text).subarray(0, 0xffff);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, pad(value)]);
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
