/**
 * Is the peer there, and does the path carry what we send? By time alone (dsoftbus-transport.md#8-life-of-a-connection).
 */
const PING_AFTER = 1 / 3;
/**
 * PINGs leave at multiples of this part of the idle timeout, our choice: those of many idle connections, and their answers, are handled
 * together, which costs a fraction of waking for each.
 */
const PING_GRID = 1 / 60;
const PATH_PROBE_TIMEOUTS = 3;

export class Liveness {
  readonly #idleTimeoutMs: number;
  #lastReceiptMs: number;
  #hasPinged = false;
  /** When stream bytes were last acknowledged, or began to be in flight. */
  #progressMs: number;

  /** @param idleTimeoutMs the smaller of what both sides declared */
  constructor(idleTimeoutMs: number, nowMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#lastReceiptMs = nowMs;
    this.#progressMs = nowMs;
  }

  get lastReceiptMs(): number {
    return this.#lastReceiptMs;
  }

  /** When to send a PING; undefined once one is on its way (recovery repeats it). */
  get pingDeadlineMs(): number | undefined {
    if (this.#hasPinged) return undefined;
    const dueMs = this.#lastReceiptMs + this.#idleTimeoutMs * PING_AFTER;
    const gridMs = this.#idleTimeoutMs * PING_GRID;
    return Math.ceil(dueMs / gridMs) * gridMs;
  }

  get idleDeadlineMs(): number {
    return this.#lastReceiptMs + this.#idleTimeoutMs;
  }

  /** When stream bytes have been in flight for too long without any being acknowledged. */
  pathDeadlineMs(probeTimeoutMs: number): number {
    return this.#progressMs + Math.max(this.#idleTimeoutMs, PATH_PROBE_TIMEOUTS * probeTimeoutMs);
  }

  onReceipt(nowMs: number): void {
    this.#lastReceiptMs = nowMs;
    this.#hasPinged = false;
  }

  onPing(): void {
    this.#hasPinged = true;
  }

  /** Stream bytes were acknowledged, or leave with none before them in flight. */
  onProgress(nowMs: number): void {
    this.#progressMs = nowMs;
  }
}
