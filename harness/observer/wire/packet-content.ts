/** The opened part of a packet (dsoftbus-transport.md#42-bodies, receiving.md#packets-of-a-connection). */
import { readNamed, type PnRun } from "./acknowledgement.ts";
import { broken, MAX_OFFSET, readU64, readUtf8, viewOf, type Reading } from "./reading.ts";
import type { PacketFieldsSeen } from "./packet-fields.ts";

export type PacketBody =
  | { readonly kind: "DATA"; readonly offset: number; readonly bytes: Uint8Array; readonly fin: boolean }
  | { readonly kind: "ACK"; readonly ranges: readonly PnRun[] }
  | { readonly kind: "PING" }
  | { readonly kind: "CLOSE"; readonly code: number; readonly reason: string };

export interface ReadPacket {
  readonly pn: number;
  readonly ack: number;
  readonly ackBits: number;
  /** What `ack`, bitmap and ranges name, the highest first. */
  readonly named: readonly PnRun[];
  readonly delivered: number;
  readonly window: number;
  readonly ackDelayUs: number;
  readonly body: PacketBody;
}

const STATE_BYTES = 16;
const OFFSET_BYTES = 8;
const RANGE_BYTES = 8;
const MAX_RANGES = 32;
const CLOSE_FIXED_BYTES = 3;

/** @returns every field of the packet, or the first rule that its plaintext breaks in the order of receiving.md */
export function readPacketContent(fields: PacketFieldsSeen, plaintext: Uint8Array): Reading<ReadPacket> {
  if (plaintext.length < STATE_BYTES) return broken("RX-60", `a plaintext of ${plaintext.length} bytes`);
  const view = viewOf(plaintext);
  const reading = readBody(fields, plaintext.subarray(STATE_BYTES));
  if (reading.malformed !== undefined) return reading;
  const body = reading.value;
  const { pn, ack, ackBits } = fields;
  const named = readNamed({ ack, bits: ackBits, ranges: body.kind === "ACK" ? body.ranges : [] });
  if (named.malformed !== undefined) return named;
  const delivered = readU64(view, 0);
  if (delivered > MAX_OFFSET) return broken("RX-73", "delivered above 2^53 - 1");
  const state = { delivered, window: view.getUint32(8, true), ackDelayUs: view.getUint32(12, true) };
  return { value: { pn, ack, ackBits, named: named.value, ...state, body } };
}

function readBody({ name, fin }: PacketFieldsSeen, rest: Uint8Array): Reading<PacketBody> {
  switch (name) {
    case "DATA":
      return readData(rest, fin);
    case "ACK":
      return readRanges(rest);
    case "PING":
      if (rest.length > 0) return broken("RX-64", `${rest.length} bytes behind a PING's receiver state`);
      return { value: { kind: "PING" } };
    case "CLOSE":
      return readClose(rest);
  }
}

function readData(rest: Uint8Array, fin: boolean): Reading<PacketBody> {
  const size = rest.length - OFFSET_BYTES;
  if (size < 0 || (size === 0 && !fin))
    return broken("RX-61", `DATA of ${rest.length} bytes behind the receiver state`);
  const offset = readU64(viewOf(rest), 0);
  if (offset + size > MAX_OFFSET) return broken("RX-62", "stream bytes above 2^53 - 1");
  return { value: { kind: "DATA", offset, bytes: rest.subarray(OFFSET_BYTES), fin } };
}

function readRanges(rest: Uint8Array): Reading<PacketBody> {
  const count = rest[0];
  if (count === undefined || count > MAX_RANGES || rest.length !== 1 + count * RANGE_BYTES) {
    return broken("RX-63", `ACK with n ${count ?? "missing"} and ${rest.length} bytes behind the receiver state`);
  }
  const view = viewOf(rest);
  const ranges = Array.from({ length: count }, (_, index) => {
    const at = 1 + index * RANGE_BYTES;
    return { first: view.getUint32(at, true), last: view.getUint32(at + 4, true) };
  });
  return { value: { kind: "ACK", ranges } };
}

function readClose(rest: Uint8Array): Reading<PacketBody> {
  const length = rest[2];
  if (length === undefined || rest.length !== CLOSE_FIXED_BYTES + length) {
    return broken("RX-65", `CLOSE with ${rest.length} bytes behind the receiver state`);
  }
  const reason = readUtf8(rest.subarray(CLOSE_FIXED_BYTES));
  if (reason === undefined) return broken("RX-65", "a reason that is not UTF-8");
  return { value: { kind: "CLOSE", code: viewOf(rest).getUint16(0, true), reason } };
}
