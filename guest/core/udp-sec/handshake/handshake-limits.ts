import type { BucketLimits } from "../../token-buckets.ts";

/**
 * What a responder holds for handshakes that are not finished (dsoftbus-transport.md#34-mac1-retry-cookies). Each is
 * injectable, so that a test can stand at its edge; all are counts of what anybody on the network can make us hold.
 */
export interface HandshakeLimits {
  /**
   * Handshakes answered and not finished. Default 256; 1 or more. More lets more peers arrive at once, and costs about 3 KB
   * each; at the limit the source that holds most loses its oldest.
   */
  readonly halfOpen: number;
  /**
   * From so many on, MSG1 without a valid cookie is answered with RETRY instead of work. Default 128; 0 demands a cookie of
   * everybody, which costs each dial one round trip.
   */
  readonly halfOpenBeforeRetry: number;
  /** Of `halfOpen`, how many one source (IPv4 address, IPv6 /64) may hold. Default 16; 1 or more. Peers behind one NAT share it. */
  readonly halfOpenPerAddress: number;
  /** How long one is kept, in ms. Default 12,000: the dialler's deadline of 10 s, and the way. Less refuses slow dials. */
  readonly halfOpenLifetimeMs: number;
  /** Handshakes per second that one source may cause to be computed. Default 20; above 0. */
  readonly bucketRatePerSecond: number;
  /** How many of them at once, after a pause. Default 5; 1 or more. */
  readonly bucketBurst: number;
  /**
   * Sources remembered for the rate. Default 4,096; 1 or more. The longest unheard is forgotten first: it then starts with a full
   * burst.
   */
  readonly bucketAddresses: number;
  /** Answers that wait for `poll`. Default 1,024; 1 or more. What exceeds them is not answered, and the peer repeats its question. */
  readonly queuedAnswers: number;
}

/** @returns the limits that a `HandshakeRate` is made from: one that UDP and TCP share, say */
export function bucketLimits(limits: HandshakeLimits): BucketLimits {
  return {
    ratePerSecond: limits.bucketRatePerSecond,
    burst: limits.bucketBurst,
    sources: limits.bucketAddresses,
  };
}

export const DEFAULT_HANDSHAKE_LIMITS: HandshakeLimits = {
  halfOpen: 256,
  halfOpenBeforeRetry: 128,
  halfOpenPerAddress: 16,
  halfOpenLifetimeMs: 12_000,
  bucketRatePerSecond: 20,
  bucketBurst: 5,
  bucketAddresses: 4_096,
  queuedAnswers: 1_024,
};
