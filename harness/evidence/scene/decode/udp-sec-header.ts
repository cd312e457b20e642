/** The 26-byte header (dsoftbus-transport.md#41-header) as the rules name its parts, read by the observer. */
import {
  isHandshakeDatagram,
  LARGEST_DATAGRAM_BYTES,
  readUdpHeader,
  TYPES,
} from "../../../observer/wire/udp-header.ts";

/** No datagram is longer; MSG1, MSG2 and full DATA are as long. */
export const MAX_DATAGRAM_BYTES = LARGEST_DATAGRAM_BYTES;
export const TAG_BYTES = 16;
export const { MSG1, MSG2, MSG3, RETRY, DATA, CLOSE } = TYPES;

const SESSION_ID_AT = 4;
const SESSION_ID_END = 12;

export interface UdpSecHeader {
  readonly type: number;
  readonly isFin: boolean;
  /** 16 hex digits as on the wire; the first 8 are the initiator's half. */
  readonly sessionId: string;
  readonly packetNumber: number;
  readonly ack: number;
  readonly body: Buffer;
  /** Header and body. */
  readonly datagram: Buffer;
}

/** @returns undefined if the payload of a datagram isn't a packet of the protocol */
export function readUdpSecHeader(payload: Buffer): UdpSecHeader | undefined {
  const header = readUdpHeader(payload).value;
  if (header === undefined) return undefined;
  return {
    type: header.typ,
    isFin: header.fin,
    sessionId: payload.toString("hex", SESSION_ID_AT, SESSION_ID_END),
    packetNumber: header.pn,
    ack: header.ack,
    body: payload.subarray(header.raw.length),
    datagram: payload,
  };
}

/** Sealed under the session's keys. */
export function isSealedType(type: number): boolean {
  return !isHandshakeDatagram(type);
}

export function initiatorHalf(sessionId: string): string {
  return sessionId.slice(0, 8);
}
