/** The probe timeout and its backoff (dsoftbus-transport.md#5-acknowledgement-and-recovery, RFC 9002 6.2). */
import type { RttEstimator } from "./rtt-estimator.ts";
import { GRANULARITY_MS } from "./rtt-estimator.ts";

const BACKOFF_CEILING_MS = 2_000;

export class ProbeTimeout {
  readonly #rtt: RttEstimator;
  readonly #peerAckDelayMs: number;
  #expiries = 0;

  constructor(rtt: RttEstimator, peerAckDelayMs: number) {
    this.#rtt = rtt;
    this.#peerAckDelayMs = peerAckDelayMs;
  }

  /** Without backoff: the unit that closing and lingering count in. */
  get baseMs(): number {
    return this.#rtt.smoothedMs + Math.max(4 * this.#rtt.variationMs, GRANULARITY_MS) + this.#peerAckDelayMs;
  }

  get durationMs(): number {
    const baseMs = this.baseMs;
    return Math.min(baseMs * 2 ** this.#expiries, Math.max(baseMs, BACKOFF_CEILING_MS));
  }

  get expiries(): number {
    return this.#expiries;
  }

  onExpiry(): void {
    // Past 2^20 the ceiling holds anyway; the exponent must not reach infinity.
    this.#expiries = Math.min(this.#expiries + 1, 20);
  }

  /** Something was acknowledged: the path is alive. */
  reset(): void {
    this.#expiries = 0;
  }
}
