/**
 * When to acknowledge (dsoftbus-transport.md#5-acknowledgement-and-recovery): at once on reordering, a new gap, or what only
 * asks for an answer; else every 2nd ack-eliciting packet, within one receive batch every 32nd and at its end, and within the
 * declared delay. Every 32nd gets an ACK even while DATA carries the rest.
 */
const UNACKED_BEFORE_ACK = 2;
/** As far as a bitmap reaches: what a batch makes leaves after it, so more would only repeat each other. */
const BATCHED_BEFORE_ACK = 32;
const CARRIED_BEFORE_ACK = 32;

export class AckPolicy {
  readonly #delayMs: number;
  /** Ack-eliciting packets since a packet of ours told of them. */
  #unacked = 0;
  #sinceAckPacket = 0;
  #inBatch = 0;
  #isOverdue = false;
  #dueMs: number | undefined;

  /** @param delayMs as this side declared it */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** When the delayed acknowledgement is due; undefined if nothing waits. */
  get deadlineMs(): number | undefined {
    return this.#dueMs;
  }

  /** An acknowledgement must leave now, in whatever packet. */
  isDue(nowMs: number): boolean {
    return this.#isOverdue || this.isAckPacketDue || (this.#dueMs !== undefined && this.#dueMs <= nowMs);
  }

  /** The next acknowledgement must be an ACK with its ranges: DATA carried the last 32. */
  get isAckPacketDue(): boolean {
    return this.#sinceAckPacket >= CARRIED_BEFORE_ACK;
  }

  /**
   * @param isUrgent it came out of order, or brought nothing but the question whether we are there
   * @returns true if an ACK is to be made now, within the batch
   */
  onElicitingReceived(isUrgent: boolean, nowMs: number): boolean {
    this.#unacked += 1;
    this.#sinceAckPacket += 1;
    this.#inBatch += 1;
    this.#dueMs ??= nowMs + this.#delayMs;
    if (isUrgent) this.#isOverdue = true;
    return this.#inBatch % BATCHED_BEFORE_ACK === 0;
  }

  /** The end of a receive batch. */
  onBatchEnd(): void {
    this.#inBatch = 0;
    if (this.#unacked >= UNACKED_BEFORE_ACK) this.#isOverdue = true;
  }

  /** Something else is worth telling at once: the window opened. */
  demand(): void {
    this.#isOverdue = true;
  }

  /** A packet left, and with it the acknowledgement. */
  onCarried(wasAckPacket: boolean): void {
    this.#unacked = 0;
    this.#isOverdue = false;
    this.#dueMs = undefined;
    if (wasAckPacket) this.#sinceAckPacket = 0;
  }
}
