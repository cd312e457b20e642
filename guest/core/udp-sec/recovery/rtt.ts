/**
 * The round-trip time, and the delays that follow from it: when a packet counts as lost, and when to probe
 * (dsoftbus-transport.md#5-acknowledgement-and-recovery, RFC 9002 5 and 6).
 */
/** Before there is a sample (RFC 9002 6.2.2). */
const INITIAL_RTT_MS = 333;
/**
 * A sample counts as at most this (dsoftbus-transport.md#5-acknowledgement-and-recovery): the handshake's deadline, since a path
 * that takes longer never carried a handshake. What is above is a peer that held its acknowledgement back.
 */
export const MAX_RTT_SAMPLE_MS = 10_000;
/** Timer granularity, RFC 9002 6.1.2. */
const GRANULARITY_MS = 1;

/** The estimate of RFC 9002 5. */
export class RttEstimator {
  #smoothedMs = INITIAL_RTT_MS;
  #variationMs = INITIAL_RTT_MS / 2;
  #minMs: number | undefined;
  #latestMs = INITIAL_RTT_MS;
  #firstSampleMs: number | undefined;

  /**
   * @param handshakeRttMs the first sample, if the handshake could take it
   *   (dsoftbus-transport.md#5-acknowledgement-and-recovery)
   */
  constructor(handshakeRttMs: number | undefined, nowMs: number) {
    if (handshakeRttMs !== undefined) this.sample(handshakeRttMs, 0, nowMs);
  }

  get smoothedMs(): number {
    return this.#smoothedMs;
  }

  get variationMs(): number {
    return this.#variationMs;
  }

  get minMs(): number | undefined {
    return this.#minMs;
  }

  get latestMs(): number {
    return this.#latestMs;
  }

  /** When the first sample was taken: only packets sent after it can show persistent congestion (RFC 9002 7.6.2). */
  get firstSampleMs(): number | undefined {
    return this.#firstSampleMs;
  }

  /** How long after a later packet's acknowledgement a missing one counts as lost (RFC 9002 6.1.2). */
  get lossDelayMs(): number {
    return Math.max((9 / 8) * Math.max(this.#smoothedMs, this.#latestMs), GRANULARITY_MS);
  }

  /** @param ackDelayMs what the peer said, at most what it declared */
  sample(rttMs: number, ackDelayMs: number, nowMs: number): void {
    const latestMs = Math.min(Math.max(0, rttMs), MAX_RTT_SAMPLE_MS);
    this.#latestMs = latestMs;
    if (this.#minMs === undefined) {
      this.#firstSampleMs = nowMs;
      this.#minMs = latestMs;
      this.#smoothedMs = latestMs;
      this.#variationMs = latestMs / 2;
      return;
    }
    this.#minMs = Math.min(this.#minMs, latestMs);
    // A delay that would push the sample under the minimum is not believed (RFC 9002 5.3).
    const adjustedMs = latestMs >= this.#minMs + ackDelayMs ? latestMs - ackDelayMs : latestMs;
    this.#variationMs = (3 / 4) * this.#variationMs + (1 / 4) * Math.abs(this.#smoothedMs - adjustedMs);
    this.#smoothedMs = (7 / 8) * this.#smoothedMs + (1 / 8) * adjustedMs;
  }
}

/** Backoff never makes the probe timeout longer than this, unless it was before. */
const BACKOFF_CEILING_MS = 2_000;
/** Of the probe timeout before backoff: else a peer that delays acknowledgements would decide how long PATH and persist take. */
const BASE_CEILING_MS = 10_000;
/** What closing, lingering and draining count in: a slot must not be held as long as a peer likes. */
const ENDING_CEILING_MS = 2_000;

/** @returns the unit that closing, lingering and draining count in (dsoftbus-transport.md#8-life-of-a-connection) */
export function endingUnitMs(probeTimeoutMs: number): number {
  return Math.min(probeTimeoutMs, ENDING_CEILING_MS);
}

/** How long to wait for an acknowledgement until a probe is sent (RFC 9002 6.2): it doubles with each one that brings none. */
export class ProbeTimeout {
  readonly #rtt: RttEstimator;
  readonly #peerAckDelayMs: number;
  #expiries = 0;
  /** Two to the power of `#expiries`. */
  #backoff = 1;

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
    // Asked for each packet: a power costs more than the rest of it.
    return Math.min(baseMs * this.#backoff, Math.max(baseMs, BACKOFF_CEILING_MS));
  }

  get expiries(): number {
    return this.#expiries;
  }

  onExpiry(): void {
    // Past 2^20 the ceiling holds anyway; the exponent must not reach infinity.
    this.#expiries = Math.min(this.#expiries + 1, 20);
    this.#backoff = 2 ** this.#expiries;
  }

  /** Something was acknowledged: the path is alive. */
  reset(): void {
    this.#expiries = 0;
    this.#backoff = 1;
  }
}
