/**
 * One token bucket per source (dsoftbus-transport.md#34-mac1-retry-cookies): 20 per s, burst 5, at most 4,096 sources, the
 * oldest forgotten.
 */

export interface BucketLimits {
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly sources: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

export class TokenBuckets {
  readonly #limits: BucketLimits;
  /** In the order of last use: the first is the one to forget. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BucketLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** @returns whether the source had a token, which is then gone */
  take(source: string, nowMs: number): boolean {
    const { ratePerSecond, burst, sources } = this.#limits;
    const known = this.#buckets.get(source);
    const bucket = known ?? { tokens: burst, filledAtMs: nowMs };
    const earned = (Math.max(0, nowMs - bucket.filledAtMs) * ratePerSecond) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + earned);
    bucket.filledAtMs = nowMs;
    if (known !== undefined) this.#buckets.delete(source);
    else if (this.#buckets.size >= sources) this.#forgetOldest();
    this.#buckets.set(source, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #forgetOldest(): void {
    for (const source of this.#buckets.keys()) {
      this.#buckets.delete(source);
      return;
    }
  }
}
