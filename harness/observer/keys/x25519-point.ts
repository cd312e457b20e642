/** Public keys of X25519 as they stand on a wire (RFC 7748 section 5). */
import { littleEndian, numberOf } from "../crypto/bytes.ts";
import { sha256, x25519 } from "../crypto/primitives.ts";

export const KEY_BYTES = 32;
const P = 2n ** 255n - 19n;
/** Any will do: with a point of small order every secret gives zeros. */
const SOME_SECRET = sha256(new Uint8Array(KEY_BYTES));

/** @returns the same point as X25519 itself would write it: the top bit means nothing, and the number counts modulo 2^255 - 19 */
export function canonicalPoint(publicKey: Uint8Array): Uint8Array {
  return littleEndian((numberOf(publicKey) & (2n ** 255n - 1n)) % P, KEY_BYTES);
}

/** @returns whether every shared secret with it is zero */
export function isSmallOrderPoint(publicKey: Uint8Array): boolean {
  return sharedSecret(SOME_SECRET, publicKey) === undefined;
}

/** @returns undefined if the result is all zero */
export function sharedSecret(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    const shared = x25519(secret, publicKey);
    return shared.every((byte) => byte === 0) ? undefined : shared;
  } catch {
    return undefined;
  }
}
