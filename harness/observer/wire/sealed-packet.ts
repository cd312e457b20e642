/** Packets of a connection, from fields to bytes (dsoftbus-transport.md#4-packets): whatever fields their sender likes. */
import { join, littleEndian, u16, u32, u64, u8 } from "../crypto/bytes.ts";
import { seal } from "../crypto/primitives.ts";
import { headerOf, type HeaderFields } from "./udp-header.ts";

export interface ReceiverStateFields {
  readonly delivered: number | bigint;
  readonly window: number;
  readonly ackDelayUs: number;
}

export function receiverState({ delivered, window, ackDelayUs }: ReceiverStateFields): Uint8Array {
  return join(u64(delivered), u32(window), u32(ackDelayUs));
}

/** @returns the sealed packet of that header and plaintext */
export function sealedPacket(key: Uint8Array, fields: HeaderFields, plaintext: Uint8Array): Uint8Array {
  const header = headerOf(fields, plaintext.length + 16);
  return join(header, seal(key, fields.pn ?? 0, header, plaintext));
}

export function ackBody(ranges: readonly (readonly [number, number])[], count = ranges.length): Uint8Array {
  return join(u8(count), ...ranges.flatMap(([first, last]) => [u32(first), u32(last)]));
}

export function closeBody(code: number, reason: Uint8Array, length = reason.length): Uint8Array {
  return join(u16(code), littleEndian(BigInt(length), 1), reason);
}
