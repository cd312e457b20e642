/**
 * What is inside a packet (dsoftbus-transport.md#42-bodies): the receiver state that every plaintext begins with, then what its type
 * carries; and what header and plaintext together acknowledge.
 */
import { ByteReader, readU32, readU64AsNumber } from "../../bytes/reader.ts";
import { decodeUtf8 } from "../../bytes/utf8.ts";
import type { ByteWriter } from "../../bytes/writer.ts";
import { withItem } from "../../with-item.ts";
import { FLAG_FIN, type Header, PacketType, type PacketTypeCode } from "./header.ts";
import { MAX_ACK_RANGES, MAX_DATA_BYTES, RECEIVER_STATE_BYTES } from "./packet-sizes.ts";

/** Behind the receiver state and the offset. */
const DATA_START = RECEIVER_STATE_BYTES + 8;

export type PacketContent =
  | { readonly type: "data"; readonly offset: number; readonly bytes: Uint8Array; readonly isFin: boolean }
  | { readonly type: "ack"; readonly ranges: readonly PacketNumberRange[] }
  | { readonly type: "ping" }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export interface ParsedPacket extends ReceiverState {
  readonly header: Header;
  readonly content: PacketContent;
}

/**
 * @param plaintext of an authenticated packet; DATA keeps a view into it
 * @returns undefined if it isn't what its type demands: the peer is told PROTOCOL
 */
export function readPacket(header: Header, plaintext: Uint8Array): ParsedPacket | undefined {
  if (plaintext.length < RECEIVER_STATE_BYTES) return undefined;
  const deliveredBytes = readU64AsNumber(plaintext, 0);
  const content = readContent(header, plaintext);
  if (content === undefined || !Number.isSafeInteger(deliveredBytes)) return undefined;
  // One object for all of it: there is one for each packet of a transfer.
  return { header, deliveredBytes, windowBytes: readU32(plaintext, 8), ackDelayUs: readU32(plaintext, 12), content };
}

/** @param plaintext with the receiver state, which is whole */
function readContent(header: Header, plaintext: Uint8Array): PacketContent | undefined {
  if (header.type === PacketType.DATA) return readData(plaintext, (header.flags & FLAG_FIN) !== 0);
  const reader = new ByteReader(plaintext, RECEIVER_STATE_BYTES);
  const content = readOther(header.type, reader);
  if (content === undefined || !reader.isExactlyConsumed) return undefined;
  return content;
}

/** The rest of the plaintext: without a reader, which would be one more object for each packet of a transfer. */
function readData(plaintext: Uint8Array, isFin: boolean): PacketContent | undefined {
  const length = plaintext.length - DATA_START;
  if (length < 0 || length > MAX_DATA_BYTES) return undefined;
  if (length === 0 && !isFin) return undefined;
  const offset = readU64AsNumber(plaintext, RECEIVER_STATE_BYTES);
  if (!Number.isSafeInteger(offset + length)) return undefined;
  return { type: "data", offset, bytes: plaintext.subarray(DATA_START), isFin };
}

function readOther(type: PacketTypeCode, reader: ByteReader): PacketContent | undefined {
  switch (type) {
    case PacketType.ACK:
      return readRanges(reader);
    case PacketType.PING:
      return { type: "ping" };
    case PacketType.CLOSE:
      return readClose(reader);
    case PacketType.DATA:
    case PacketType.MSG1:
    case PacketType.MSG2:
    case PacketType.MSG3:
    case PacketType.RETRY:
      return undefined;
  }
}

function readRanges(reader: ByteReader): PacketContent | undefined {
  const count = reader.u8();
  if (count > MAX_ACK_RANGES) return undefined;
  const ranges: PacketNumberRange[] = [];
  for (let index = 0; index < count; index += 1) ranges.push({ first: reader.u32(), last: reader.u32() });
  return { type: "ack", ranges };
}

function readClose(reader: ByteReader): PacketContent | undefined {
  const code = reader.u16();
  const reason = decodeUtf8(reader.bytes(reader.u8()));
  return reason === undefined ? undefined : { type: "close", code, reason };
}

export function writeRanges(writer: ByteWriter, ranges: readonly PacketNumberRange[]): void {
  writer.u8(ranges.length);
  for (const { first, last } of ranges) writer.u32(first).u32(last);
}

/** @param reason UTF-8, at most 255 bytes */
export function writeClose(writer: ByteWriter, code: number, reason: Uint8Array): void {
  writer.u16(code).u8(reason.length).bytes(reason);
}

/** What every packet tells about its sender as a receiver. All of it is repeated in each packet: a lost update heals with the next. */
export interface ReceiverState {
  /** Contiguous stream bytes received. */
  readonly deliveredBytes: number;
  /** Credit beyond `deliveredBytes`. */
  readonly windowBytes: number;
  /** Between the receipt of the header's `ack` and the sending of this packet. */
  readonly ackDelayUs: number;
}

export function writeReceiverState(writer: ByteWriter, state: ReceiverState): void {
  writer.u64(state.deliveredBytes).u32(state.windowBytes).u32(state.ackDelayUs);
}

/** Packet numbers from `first` to `last`, both included. */
export interface PacketNumberRange {
  readonly first: number;
  readonly last: number;
}

/** What one packet acknowledges: `ack`, bitmap and (in an ACK) ranges, brought into one form. */
export interface Acknowledgement {
  /** Largest packet number received; 0 for none. */
  readonly largest: number;
  /** Received, descending, neither overlapping nor touching. */
  readonly runs: readonly PacketNumberRange[];
  /** From here up to `largest`, a packet number that no run holds is known to be missing. */
  readonly coveredFrom: number;
}

/** How far below `ack` the bitmap reaches. */
export const BITMAP_BITS = 32;

const NOTHING: Acknowledgement = { largest: 0, runs: [], coveredFrom: 1 };

/**
 * @param ranges of an ACK packet, in wire order; empty for other packets
 * @returns undefined if a rule is broken (dsoftbus-transport.md#42-bodies): the peer is told PROTOCOL
 */
export function readAcknowledgement(
  ack: number,
  ackBits: number,
  ranges: readonly PacketNumberRange[],
): Acknowledgement | undefined {
  if (ack === 0) return ackBits === 0 && ranges.length === 0 ? NOTHING : undefined;
  // Bits that would stand for packet number 0 and below.
  if (ack <= BITMAP_BITS && ackBits >>> (ack - 1) !== 0) return undefined;
  if (!areOrdered(ack, ranges)) return undefined;
  const runs = bitmapRuns(ack, ackBits);
  for (const range of ranges) appendRun(runs, range);
  const lowestRange = ranges.at(-1);
  return { largest: ack, runs, coveredFrom: lowestRange?.first ?? Math.max(1, ack - BITMAP_BITS) };
}

/** @returns what `ack` and the bitmap hold, descending */
export function bitmapRuns(ack: number, ackBits: number): PacketNumberRange[] {
  if (ack === 0) return [];
  if (ackBits >>> 0 === 0xffff_ffff) return [{ first: ack - BITMAP_BITS, last: ack }];
  let runs: PacketNumberRange[] | undefined;
  let last = ack;
  let first = ack;
  for (let bit = 0; ackBits >>> bit !== 0 && bit < BITMAP_BITS; bit += 1) {
    if (((ackBits >>> bit) & 1) === 0) continue;
    const packetNumber = ack - 1 - bit;
    if (packetNumber !== first - 1) {
      runs = withItem(runs, { first, last });
      last = packetNumber;
    }
    first = packetNumber;
  }
  return withItem(runs, { first, last });
}

/** Descending, `first <= last <= ack - 33`, each `last` below the previous `first` - 1. */
function areOrdered(ack: number, ranges: readonly PacketNumberRange[]): boolean {
  let ceiling = ack - BITMAP_BITS - 1;
  for (const { first, last } of ranges) {
    if (first < 1 || first > last || last > ceiling) return false;
    ceiling = first - 2;
  }
  return true;
}

/** The first range may touch the lowest run of the bitmap: then both are one. */
function appendRun(runs: PacketNumberRange[], range: PacketNumberRange): void {
  const lowest = runs.at(-1);
  if (lowest !== undefined && range.last === lowest.first - 1) {
    runs[runs.length - 1] = { first: range.first, last: lowest.last };
  } else {
    runs.push(range);
  }
}
