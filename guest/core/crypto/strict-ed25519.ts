import { toHex } from "../bytes/hex.ts";

/**
 * Which Ed25519 public keys may speak for a device at all (dsoftbus-transport.md#2-device-identity).
 *
 * A small-order key verifies a trivial signature of any message: nobody owns it. A non-canonical encoding gives one key two
 * names. Common verifiers accept one or both, so the check stands before every verify, whoever implements it.
 */

/** y of the points whose order divides 8, little-endian, without the sign bit. The sign of x doesn't matter to the order. */
const SMALL_ORDER_Y: readonly string[] = [
  // order 4
  "0000000000000000000000000000000000000000000000000000000000000000",
  // order 1
  "0100000000000000000000000000000000000000000000000000000000000000",
  // order 2: p - 1
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  // order 8
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];

/** @returns whether the 32 bytes are a canonical y of a point that is not of small order. Points off the curve may pass. */
export function isAcceptableEd25519Key(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = publicKey.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  if (!isBelowFieldPrime(y)) return false;
  const text = toHex(y);
  return !SMALL_ORDER_Y.includes(text);
}

/** p = 2^255 - 19 is `ed ff .. ff 7f`: y is at least p if its upper 31 bytes are all ones and the lowest is 0xed or more. */
function isBelowFieldPrime(y: Uint8Array): boolean {
  if (y[31] !== 0x7f) return true;
  for (let index = 1; index < 31; index += 1) {
    if (y[index] !== 0xff) return true;
  }
  return (y[0] ?? 0) < 0xed;
}
