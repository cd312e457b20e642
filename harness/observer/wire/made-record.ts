/** A record of TCP from plaintext to bytes (dsoftbus-transport.md#10-tcp-transport): whatever its sender likes. */
import { join, u16, u8 } from "../crypto/bytes.ts";
import { seal } from "../crypto/primitives.ts";

const KINDS = { DATA: 0, FIN: 1, CLOSE: 2, ACCEPT: 3 } as const;

export type MadeRecordKind = keyof typeof KINDS;

/** A message of the handshake, or a sealed record. @param length undefined: what it has */
export function withLength(bytes: Uint8Array, length = bytes.length): Uint8Array {
  return join(u16(length), bytes);
}

export function recordPlaintext(kind: MadeRecordKind, body: Uint8Array = new Uint8Array()): Uint8Array {
  return join(u8(KINDS[kind]), body);
}

/** @param counter how many records left before it in its direction */
export function sealedRecord(key: Uint8Array, counter: number, plaintext: Uint8Array): Uint8Array {
  return withLength(seal(key, counter, new Uint8Array(), plaintext));
}
