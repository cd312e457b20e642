/**
 * mac1 and RETRY's tag (dsoftbus-transport.md#34-mac1-retry-cookies): one hash that a scanner without the responder's static
 * public key can't pass.
 */
import { concatBytes } from "../../bytes/concat.ts";
import { constantTimeEqual } from "../../bytes/constant-time.ts";
import { encodeUtf8 } from "../../bytes/utf8.ts";
import type { CryptoPrimitives } from "../../crypto/primitives.ts";
import { PACKET_HEADER_BYTES, PacketType } from "../packet/header.ts";
import { COOKIE_BYTES, MAC_BYTES } from "./constants.ts";
import { handshakeHeader, msg1Fields } from "./handshake-datagrams.ts";

const LABEL = encodeUtf8("dsoftbus mac1");

export class Mac1 {
  readonly #crypto: CryptoPrimitives;
  readonly #key: Uint8Array;

  constructor(crypto: CryptoPrimitives, responderStaticPublicKey: Uint8Array) {
    this.#crypto = crypto;
    this.#key = crypto.blake2s(concatBytes(LABEL, responderStaticPublicKey));
  }

  /** @returns 16 bytes */
  compute(covered: Uint8Array): Uint8Array {
    return this.#crypto.keyedBlake2s128(this.#key, covered);
  }

  /** @param msg1 of the right size */
  isValid(msg1: Uint8Array): boolean {
    const { covered, mac1 } = msg1Fields(msg1);
    return constantTimeEqual(this.compute(covered), mac1);
  }

  /** header || cookie || tag, the tag over header || cookie || mac1 of the MSG1 that it answers. */
  encodeRetry(sessionLow: number, cookie: Uint8Array, mac1OfMsg1: Uint8Array): Uint8Array {
    const header = handshakeHeader(PacketType.RETRY, sessionLow, 0, COOKIE_BYTES + MAC_BYTES);
    return concatBytes(header, cookie, this.compute(concatBytes(header, cookie, mac1OfMsg1)));
  }

  /** @param retry of the right size @returns the cookie, or undefined if the tag is not for that MSG1 */
  openRetry(retry: Uint8Array, mac1OfMsg1: Uint8Array): Uint8Array | undefined {
    const tagAt = PACKET_HEADER_BYTES + COOKIE_BYTES;
    const expected = this.compute(concatBytes(retry.subarray(0, tagAt), mac1OfMsg1));
    return constantTimeEqual(expected, retry.subarray(tagAt)) ? retry.slice(PACKET_HEADER_BYTES, tagAt) : undefined;
  }
}
