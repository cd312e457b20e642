/** The layout of the four handshake datagrams around their Noise messages (dsoftbus-transport.md#31-datagrams). */
import { concatBytes } from "../../bytes/concat.ts";
import { encodeHeader, PACKET_HEADER_BYTES, PacketType } from "../packet/header.ts";
import { COOKIE_BYTES, MAC_BYTES, NOISE1_BYTES } from "./constants.ts";

type HandshakeType = (typeof PacketType)["MSG1" | "MSG2" | "MSG3" | "RETRY"];

/** A header without packet numbers. */
export function handshakeHeader(
  type: HandshakeType,
  sessionLow: number,
  sessionHigh: number,
  bodyBytes: number,
): Uint8Array {
  return encodeHeader({ type, flags: 0, sessionLow, sessionHigh, packetNumber: 0, ack: 0, ackBits: 0, bodyBytes });
}

/** MSG2 or MSG3: header || Noise message. */
export function encodeNoiseDatagram(
  type: (typeof PacketType)["MSG2" | "MSG3"],
  sessionLow: number,
  sessionHigh: number,
  noiseMessage: Uint8Array,
): Uint8Array {
  return concatBytes(handshakeHeader(type, sessionLow, sessionHigh, noiseMessage.length), noiseMessage);
}

const MAC1_AT = PACKET_HEADER_BYTES + NOISE1_BYTES;
const COOKIE_AT = MAC1_AT + MAC_BYTES;

/** Views into a MSG1 of the right size. */
export function msg1Fields(datagram: Uint8Array) {
  return {
    /** Everything that mac1 covers. */
    covered: datagram.subarray(0, MAC1_AT),
    noiseMessage: datagram.subarray(PACKET_HEADER_BYTES, MAC1_AT),
    mac1: datagram.subarray(MAC1_AT, COOKIE_AT),
    cookie: datagram.subarray(COOKIE_AT),
  };
}

/** @returns MSG1 with an empty cookie field and the given mac1 over what stands before it */
export function encodeMsg1(
  sessionLow: number,
  noiseMessage: Uint8Array,
  macOf: (covered: Uint8Array) => Uint8Array,
): Uint8Array {
  const bodyBytes = NOISE1_BYTES + MAC_BYTES + COOKIE_BYTES;
  const covered = concatBytes(handshakeHeader(PacketType.MSG1, sessionLow, 0, bodyBytes), noiseMessage);
  return concatBytes(covered, macOf(covered), new Uint8Array(COOKIE_BYTES));
}

/** @returns a copy of that MSG1 that differs in its cookie field alone */
export function withCookie(msg1: Uint8Array, cookie: Uint8Array): Uint8Array {
  const copy = msg1.slice();
  copy.set(cookie, COOKIE_AT);
  return copy;
}
