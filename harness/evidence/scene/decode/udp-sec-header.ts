/** The 26-byte header (dsoftbus-transport.md#41-header), read by itself: shares no code with the stack that is judged. */

/** No datagram is longer; MSG1, MSG2 and full DATA are as long. */
export const MAX_DATAGRAM_BYTES = 1200;
export const HEADER_BYTES = 26;
export const TAG_BYTES = 16;
export const MSG1 = 0x01;
export const MSG2 = 0x02;
export const MSG3 = 0x03;
export const RETRY = 0x04;
export const DATA = 0x10;
export const CLOSE = 0x13;

const TYPES = new Set([MSG1, MSG2, MSG3, RETRY, DATA, 0x11, 0x12, CLOSE]);

export interface UdpSecHeader {
  readonly type: number;
  readonly flags: number;
  /** 16 hex digits as on the wire; the first 8 are the initiator's half. */
  readonly sessionId: string;
  readonly packetNumber: number;
  readonly ack: number;
  /** Associated data of the AEAD. */
  readonly raw: Buffer;
  readonly body: Buffer;
}

/** @returns undefined if the payload of a datagram isn't a packet of the protocol */
export function readUdpSecHeader(payload: Buffer): UdpSecHeader | undefined {
  if (payload.length < HEADER_BYTES || payload[0] !== 1 || payload[3] !== 0) return undefined;
  const type = payload.readUInt8(1);
  if (!TYPES.has(type) || payload.readUInt16LE(24) !== payload.length - HEADER_BYTES) return undefined;
  return {
    type,
    flags: payload.readUInt8(2),
    sessionId: payload.toString("hex", 4, 12),
    packetNumber: payload.readUInt32LE(12),
    ack: payload.readUInt32LE(16),
    raw: payload.subarray(0, HEADER_BYTES),
    body: payload.subarray(HEADER_BYTES),
  };
}

/** Types 0x10 to 0x13: sealed under the session's keys. */
export function isSealedType(type: number): boolean {
  return type >= DATA && type <= CLOSE;
}

export function initiatorHalf(sessionId: string): string {
  return sessionId.slice(0, 8);
}
