/** MSG1, MSG2, MSG3 and RETRY as bytes (dsoftbus-transport.md#31-datagrams): where what stands, and their keyed digests. */
import { blake2s } from "../crypto/blake2s.ts";
import { ascii, join, zeros } from "../crypto/bytes.ts";
import { UDP_SEC_HEADER_BYTES, headerOf, TYPES } from "./udp-header.ts";

/** Of the whole datagram, by type. */
export const HANDSHAKE_BYTES: Readonly<Record<number, number>> = {
  [TYPES.MSG1]: 1200,
  [TYPES.MSG2]: 1200,
  [TYPES.MSG3]: 201,
  [TYPES.RETRY]: 58,
};
const DIGEST_BYTES = 16;
const MAC1_AT = 1168;
const COOKIE_AT = 1184;

/** Key of mac1 and of RETRY's tag (dsoftbus-transport.md#34-mac1-retry-cookies). */
export function mac1KeyOf(responderStaticPublicKey: Uint8Array): Uint8Array {
  return blake2s(join(ascii("dsoftbus mac1"), responderStaticPublicKey));
}

export function keyedDigest(key: Uint8Array, covered: Uint8Array): Uint8Array {
  return blake2s(covered, DIGEST_BYTES, key);
}

/** @param covered header and Noise message 1 @returns MSG1 without a cookie */
export function withMac1(mac1Key: Uint8Array, covered: Uint8Array): Uint8Array {
  return join(covered, keyedDigest(mac1Key, covered), zeros(DIGEST_BYTES));
}

/** @returns the same MSG1 with that cookie */
export function msg1WithCookie(msg1: Uint8Array, cookie: Uint8Array): Uint8Array {
  return join(msg1.subarray(0, COOKIE_AT), cookie);
}

export function retryFor(msg1: Uint8Array, mac1Key: Uint8Array, cookie: Uint8Array, low: number): Uint8Array {
  const head = join(headerOf({ typ: TYPES.RETRY, low, high: 0 }, 2 * DIGEST_BYTES), cookie);
  return join(head, retryTag(mac1Key, head, readMsg1(msg1).mac1));
}

/** @param head of RETRY: header and cookie @param mac1 of the MSG1 that it answers */
export function retryTag(mac1Key: Uint8Array, head: Uint8Array, mac1: Uint8Array): Uint8Array {
  return keyedDigest(mac1Key, join(head, mac1));
}

export interface Msg1Parts {
  readonly noise: Uint8Array;
  /** What mac1 is made of. */
  readonly covered: Uint8Array;
  readonly mac1: Uint8Array;
  /** Zeros: none. */
  readonly cookie: Uint8Array;
}

/** @param datagram of 1200 bytes */
export function readMsg1(datagram: Uint8Array): Msg1Parts {
  return {
    noise: datagram.subarray(UDP_SEC_HEADER_BYTES, MAC1_AT),
    covered: datagram.subarray(0, MAC1_AT),
    mac1: datagram.subarray(MAC1_AT, COOKIE_AT),
    cookie: datagram.subarray(COOKIE_AT),
  };
}

export interface RetryParts {
  readonly head: Uint8Array;
  readonly cookie: Uint8Array;
  readonly tag: Uint8Array;
}

/** @param datagram of 58 bytes */
export function readRetry(datagram: Uint8Array): RetryParts {
  const tagAt = UDP_SEC_HEADER_BYTES + DIGEST_BYTES;
  return {
    head: datagram.subarray(0, tagAt),
    cookie: datagram.subarray(UDP_SEC_HEADER_BYTES, tagAt),
    tag: datagram.subarray(tagAt),
  };
}
