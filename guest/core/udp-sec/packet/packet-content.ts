/**
 * The plaintext of a packet after its receiver state, by type (dsoftbus-transport.md#42-bodies).
 */
import { ByteReader } from "../../bytes/reader.ts";
import type { ByteWriter } from "../../bytes/writer.ts";
import { decodeUtf8 } from "../../bytes/utf8.ts";
import type { Header } from "./header.ts";
import { FLAG_FIN, PacketType } from "./header.ts";
import type { PacketNumberRange } from "./acknowledgement.ts";
import { MAX_ACK_RANGES, MAX_DATA_BYTES } from "./packet-sizes.ts";
import type { ReceiverState } from "./receiver-state.ts";
import { readReceiverState } from "./receiver-state.ts";

export type PacketContent =
  | { readonly type: "data"; readonly offset: number; readonly bytes: Uint8Array; readonly isFin: boolean }
  | { readonly type: "ack"; readonly ranges: readonly PacketNumberRange[] }
  | { readonly type: "ping" }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export interface ParsedPacket {
  readonly header: Header;
  readonly receiverState: ReceiverState;
  readonly content: PacketContent;
}

/**
 * @param plaintext of an authenticated packet; DATA keeps a view into it
 * @returns undefined if it isn't what its type demands: the peer is told PROTOCOL
 */
export function readPacket(header: Header, plaintext: Uint8Array): ParsedPacket | undefined {
  const reader = new ByteReader(plaintext);
  const receiverState = readReceiverState(reader);
  const content = readContent(header, reader);
  if (content === undefined || !reader.isExactlyConsumed) return undefined;
  return { header, receiverState, content };
}

function readContent(header: Header, reader: ByteReader): PacketContent | undefined {
  switch (header.type) {
    case PacketType.DATA:
      return readData(reader, (header.flags & FLAG_FIN) !== 0);
    case PacketType.ACK:
      return readRanges(reader);
    case PacketType.PING:
      return { type: "ping" };
    case PacketType.CLOSE:
      return readClose(reader);
    case PacketType.MSG1:
    case PacketType.MSG2:
    case PacketType.MSG3:
    case PacketType.RETRY:
      return undefined;
  }
}

function readData(reader: ByteReader, isFin: boolean): PacketContent | undefined {
  const offset = reader.u64();
  const bytes = reader.rest();
  if (bytes.length === 0 && !isFin) return undefined;
  if (bytes.length > MAX_DATA_BYTES || !Number.isSafeInteger(offset + bytes.length)) return undefined;
  return { type: "data", offset, bytes, isFin };
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
