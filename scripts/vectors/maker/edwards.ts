/**
 * Points of edwards25519 with plain integers (RFC 8032 section 5.1.4): OpenSSL makes only honest signatures, and some vectors need
 * others.
 */
import { createHash } from "node:crypto";
import { join, littleEndian, numberOf } from "../../../harness/observer/crypto/bytes.ts";

const P = 2n ** 255n - 19n;
export const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = modulo(-121665n * inverse(121666n));
const BASE_Y = modulo(4n * inverse(5n));
/** Of order 8. */
const TORSION = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * A signature whose first half has a part of order 8: the cofactored equation holds for it, the one of RFC 8032 that the
 * specification asks for doesn't.
 */
export function mixedOrderSignature(seed: Uint8Array, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const expanded = sha512(seed);
  const scalar = numberOf(clamped(expanded.subarray(0, 32)));
  const nonce = numberOf(sha512(join(expanded.subarray(32), message))) % GROUP_ORDER;
  const honest = multiply(pointOfY(BASE_Y, 0n), nonce);
  const mixed = encode(add(honest, pointOfY(numberOf(Buffer.from(TORSION, "hex")), 0n)));
  const challenge = numberOf(sha512(join(mixed, publicKey, message))) % GROUP_ORDER;
  return join(mixed, littleEndian((nonce + challenge * scalar) % GROUP_ORDER, 32));
}

function clamped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[0] = (copy[0] ?? 0) & 0xf8;
  copy[31] = ((copy[31] ?? 0) & 0x7f) | 0x40;
  return copy;
}

function sha512(message: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha512").update(message).digest());
}

function modulo(value: bigint): bigint {
  return ((value % P) + P) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

function inverse(value: bigint): bigint {
  return power(value, P - 2n);
}

function pointOfY(y: bigint, sign: bigint): Point {
  const xx = modulo((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(xx, (P + 3n) / 8n);
  if (modulo(x * x - xx) !== 0n) x = modulo(x * power(2n, (P - 1n) / 4n));
  return { x: (x & 1n) === sign ? x : modulo(-x), y };
}

function add(a: Point, b: Point): Point {
  const product = modulo(D * a.x * b.x * a.y * b.y);
  return {
    x: modulo((a.x * b.y + b.x * a.y) * inverse(1n + product)),
    y: modulo((a.y * b.y + a.x * b.x) * inverse(1n - product)),
  };
}

function multiply(point: Point, times: bigint): Point {
  let result: Point = { x: 0n, y: 1n };
  let doubled = point;
  for (let rest = times; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = add(result, doubled);
    doubled = add(doubled, doubled);
  }
  return result;
}

function encode({ x, y }: Point): Uint8Array {
  return littleEndian(y | ((x & 1n) << 255n), 32);
}
