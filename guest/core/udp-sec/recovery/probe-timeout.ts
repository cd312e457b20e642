/** The probe timeout and its backoff (dsoftbus-transport.md#5-acknowledgement-and-recovery, RFC 9002 6.2). */
import type { RttEstimator } from "./rtt-estimator.ts";
import { GRANULARITY_MS } from "./rtt-estimator.ts";

const BACKOFF_CEILING_MS = 2_000;
/** Before backoff. A peer that delays acknowledgements would else decide how long PATH and persist take. */
const BASE_CEILING_MS = 10_000;
/** What closing, lingering and draining count in: a slot must not be held as long as a peer likes. */
const ENDING_CEILING_MS = 2_000;

/** @returns the unit that closing, lingering and draining count in (dsoftbus-transport.md#8-life-of-a-connection) */
export function endingUnitMs(probeTimeoutMs: number): number {
  return Math.min(probeTimeoutMs, ENDING_CEILING_MS);
}

export class ProbeTimeout {
  readonly #rtt: RttEstimator;
  readonly #peerAckDelayMs: number;
  #expiries = 0;

  constructor(rtt: RttEstimator, peerAckDelayMs: number) {
    this.#rtt = rtt;
    this.#peerAckDelayMs = peerAckDelayMs;
  }

  /** Without backoff. */
  get baseMs(): number {
    const { smoothedMs, variationMs } = this.#rtt;
    return Math.min(smoothedMs + Math.max(4 * variationMs, GRANULARITY_MS) + this.#peerAckDelayMs, BASE_CEILING_MS);
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
