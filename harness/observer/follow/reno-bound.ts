/**
 * The largest congestion window that a sender can have, from what it may know to have been acknowledged and what it must know to be
 * lost (dsoftbus-transport.md#7-congestion-control).
 *
 * It grows with every acknowledgement that arrived, as if the window had always been the limit. It falls when the sender must know of
 * a loss, by as much as the sender did: that was earlier, maybe for another packet of the same round trip, and since then the window
 * may have grown by what was acknowledged of packets after the lost one. It rises again as soon as every packet of the latest fall
 * may be known to have arrived after all.
 */

const WINDOW_MSS = 1_200;
const INITIAL_BYTES = 10 * WINDOW_MSS;
const LEAST_BYTES = 2 * WINDOW_MSS;
/** Acknowledged packets within a round trip or two, and more. */
const MAX_GROWN = 4_096;

interface BoundState {
  readonly windowBytes: number;
  readonly thresholdBytes: number;
  readonly recoveryThrough: number;
}

export class RenoBound {
  /** Else the envelope of every controller: it never falls. */
  readonly #isReno: boolean;
  #windowBytes = INITIAL_BYTES;
  #thresholdBytes = Infinity;
  #accumulated = 0;
  #recoveryThrough = 0;
  /** The latest acknowledged packets. */
  #grown: { readonly pn: number; readonly bytes: number }[] = [];
  #fall: { readonly before: BoundState; readonly missing: Set<number> } | undefined;

  constructor(isReno: boolean) {
    this.#isReno = isReno;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  onAcknowledged(pn: number, bytes: number): void {
    this.#undo(pn);
    this.#grown.push({ pn, bytes });
    if (this.#grown.length > 2 * MAX_GROWN) this.#grown = this.#grown.slice(-MAX_GROWN);
    if (this.#windowBytes < this.#thresholdBytes) {
      this.#windowBytes += bytes;
      return;
    }
    this.#accumulated += bytes;
    while (this.#accumulated >= this.#windowBytes) {
      this.#accumulated -= this.#windowBytes;
      this.#windowBytes += WINDOW_MSS;
    }
  }

  /** @param largestSent before the packet that shows that its sender knows of the loss */
  onLost(pn: number, largestSent: number): void {
    if (!this.#isReno) return;
    if (pn <= this.#recoveryThrough) {
      if (this.#fall !== undefined && pn > this.#fall.before.recoveryThrough) this.#fall.missing.add(pn);
      return;
    }
    const before = {
      windowBytes: this.#windowBytes,
      thresholdBytes: this.#thresholdBytes,
      recoveryThrough: this.#recoveryThrough,
    };
    this.#fall = { before, missing: new Set([pn]) };
    this.#recoveryThrough = largestSent;
    this.#windowBytes = this.#grownSince(pn, Math.max(Math.floor(this.#windowBytes / 2), LEAST_BYTES));
    this.#thresholdBytes = this.#windowBytes;
    this.#accumulated = 0;
  }

  /** One MSS per window acknowledged, and one more: who began with a little less may be a step ahead. */
  #grownSince(pn: number, fallenBytes: number): number {
    let left = this.#grown.reduce((sum, packet) => (packet.pn > pn ? sum + packet.bytes : sum), 0);
    let grown = fallenBytes;
    for (; left >= grown; grown += WINDOW_MSS) left -= grown;
    return grown + WINDOW_MSS;
  }

  #undo(pn: number): void {
    if (this.#fall === undefined || !this.#fall.missing.delete(pn) || this.#fall.missing.size > 0) return;
    const { before } = this.#fall;
    this.#fall = undefined;
    this.#windowBytes = Math.max(this.#windowBytes, before.windowBytes);
    this.#thresholdBytes = before.thresholdBytes;
    this.#recoveryThrough = before.recoveryThrough;
  }
}
