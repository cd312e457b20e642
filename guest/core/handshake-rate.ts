import { type BucketLimits, TokenBuckets } from "./token-buckets.ts";

/**
 * How many handshakes each source may cause this device to compute, over UDP and TCP together
 * (dsoftbus-transport.md#34-mac1-retry-cookies): a Diffie-Hellman costs the same whatever carried the message that asked for it.
 *
 * A source that has not shown that it receives at its address is charged to a table of its own: otherwise whoever forges addresses
 * could use up what their owners may have.
 */
export class HandshakeRate {
  readonly #unproven: TokenBuckets;
  readonly #proven: TokenBuckets;

  constructor(limits: BucketLimits) {
    this.#unproven = new TokenBuckets(limits);
    this.#proven = new TokenBuckets(limits);
  }

  /** Sources remembered, in both tables. */
  get sources(): number {
    return this.#unproven.size + this.#proven.size;
  }

  /** MSG1 without a valid cookie. @param source of `sourceOf` @returns whether it is within the rate, and then counts */
  takeUnproven(source: string, nowMs: number): boolean {
    return this.#unproven.take(source, nowMs);
  }

  /** MSG1 with a valid cookie, or a TCP connection. @param source of `sourceOf` @returns whether it is within the rate */
  takeProven(source: string, nowMs: number): boolean {
    return this.#proven.take(source, nowMs);
  }
}
