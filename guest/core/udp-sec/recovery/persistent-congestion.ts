/**
 * Persistent congestion (RFC 9002 7.6): every ack-eliciting packet over a long enough period was lost.
 *
 * Ack-eliciting packets are counted, so that a period without acknowledgement is a run of consecutive counts, all lost: an
 * acknowledged packet never enters and thereby parts two runs. Losses arrive in any order and join the runs they touch.
 */
const PERIODS = 3;
const MAX_RUNS = 32;

interface LostRun {
  firstIndex: number;
  lastIndex: number;
  firstSentMs: number;
  lastSentMs: number;
  /** It was answered: one period, one collapse. */
  isAnswered: boolean;
}

export class PersistentCongestion {
  #runs: LostRun[] = [];

  /**
   * @param elicitingIndex how many ack-eliciting packets were sent before this one
   * @param probeTimeoutMs without backoff
   * @returns true if with this loss its run spans the period, for the first time
   */
  onLost(elicitingIndex: number, sentMs: number, probeTimeoutMs: number): boolean {
    const run = this.#join({
      firstIndex: elicitingIndex,
      lastIndex: elicitingIndex,
      firstSentMs: sentMs,
      lastSentMs: sentMs,
      isAnswered: false,
    });
    if (run.isAnswered || run.lastSentMs - run.firstSentMs <= PERIODS * probeTimeoutMs) return false;
    run.isAnswered = true;
    return true;
  }

  /** A lost packet was acknowledged after all: the evidence is void. */
  reset(): void {
    this.#runs = [];
  }

  #join(run: LostRun): LostRun {
    const kept: LostRun[] = [];
    for (const other of this.#runs) {
      if (other.lastIndex + 1 < run.firstIndex || other.firstIndex > run.lastIndex + 1) {
        kept.push(other);
        continue;
      }
      run.firstIndex = Math.min(run.firstIndex, other.firstIndex);
      run.lastIndex = Math.max(run.lastIndex, other.lastIndex);
      run.firstSentMs = Math.min(run.firstSentMs, other.firstSentMs);
      run.lastSentMs = Math.max(run.lastSentMs, other.lastSentMs);
      run.isAnswered ||= other.isAnswered;
    }
    kept.push(run);
    if (kept.length > MAX_RUNS) kept.shift();
    this.#runs = kept;
    return run;
  }
}
