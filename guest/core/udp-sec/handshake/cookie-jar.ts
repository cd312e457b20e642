/**
 * Cookies prove that whoever dials receives at the address it dials from (dsoftbus-transport.md#34-mac1-retry-cookies): keyed
 * BLAKE2s-128 over mapped address, port and initiator half. The responder keeps one secret, not one state per cookie.
 */
import type { Address } from "../../address.ts";
import { constantTimeEqual } from "../../bytes/constant-time.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import { COOKIE_ROTATION_MS } from "./constants.ts";
import { mapAddress } from "../../mapped-address.ts";

const SECRET_BYTES = 32;
const COOKIE_INPUT_BYTES = 16 + 2 + 4;

export class CookieJar {
  readonly #crypto: CryptoPrimitives;
  readonly #random: RandomBytes;
  #secrets: { current: Uint8Array; last: Uint8Array | undefined; sinceMs: number } | undefined;

  constructor(crypto: CryptoPrimitives, random: RandomBytes) {
    this.#crypto = crypto;
    this.#random = random;
  }

  /** @returns 16 bytes, good for 120 to 240 s */
  bake(from: Address, sessionLow: number, nowMs: number): Uint8Array {
    return this.#compute(this.#rotated(nowMs).current, from, sessionLow);
  }

  isValid(cookie: Uint8Array, from: Address, sessionLow: number, nowMs: number): boolean {
    // All zeros means "none": that spares the hashes.
    if (cookie.every((byte) => byte === 0)) return false;
    const { current, last } = this.#rotated(nowMs);
    if (constantTimeEqual(this.#compute(current, from, sessionLow), cookie)) return true;
    return last !== undefined && constantTimeEqual(this.#compute(last, from, sessionLow), cookie);
  }

  #rotated(nowMs: number): { current: Uint8Array; last: Uint8Array | undefined } {
    const secrets = this.#secrets;
    if (secrets !== undefined && nowMs - secrets.sinceMs < COOKIE_ROTATION_MS) return secrets;
    const isLastStillGood = secrets !== undefined && nowMs - secrets.sinceMs < 2 * COOKIE_ROTATION_MS;
    secrets?.last?.fill(0);
    if (!isLastStillGood) secrets?.current.fill(0);
    this.#secrets = {
      current: this.#random(SECRET_BYTES),
      last: isLastStillGood ? secrets.current : undefined,
      sinceMs: nowMs,
    };
    return this.#secrets;
  }

  #compute(secret: Uint8Array, from: Address, sessionLow: number): Uint8Array {
    const input = new ByteWriter(COOKIE_INPUT_BYTES).bytes(mapAddress(from.host)).u16(from.port).u32(sessionLow);
    return this.#crypto.keyedBlake2s128(secret, input.finish());
  }
}
