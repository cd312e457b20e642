/**
 * Is the peer there, and does the path carry what we send? By time alone (dsoftbus-transport.md#8-life-of-a-connection).
 */
import type { Role } from "../../byte-stream.ts";

/** Of the idle timeout, as all that follows: without receipt for so long, ask. */
const PING_AFTER = 1 / 2;
/** The initiator so much later, our choice: its peer has asked by then, and what one end asks and the other answers is a receipt for both. */
const INITIATOR_LATER = 1 / 30;
/**
 * PINGs leave at multiples of this, our choice: those of many idle connections, and their answers, are handled together, which costs a
 * fraction of waking for each. Who has no answer asks again after as much, and without backoff: of four probes that back off all are lost
 * on one occasion in sixty, where a path loses a fifth each way.
 */
const PING_STEP = 1 / 60;
const PATH_PROBE_TIMEOUTS = 3;

export class Liveness {
  readonly #idleTimeoutMs: number;
  readonly #pingAfterMs: number;
  #lastReceiptMs: number;
  #hasPinged = false;
  #pingedMs = 0;
  /** When stream bytes were last acknowledged, or began to be in flight. */
  #progressMs: number;

  /** @param idleTimeoutMs the smaller of what both sides declared */
  constructor(idleTimeoutMs: number, role: Role, nowMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#pingAfterMs = idleTimeoutMs * PING_AFTER + (role === "initiator" ? idleTimeoutMs * INITIATOR_LATER : 0);
    this.#lastReceiptMs = nowMs;
    this.#progressMs = nowMs;
  }

  get lastReceiptMs(): number {
    return this.#lastReceiptMs;
  }

  /** When to send a PING, or the next one: recovery repeats a PING too, but ever more rarely. @param probeTimeoutMs without backoff */
  pingDeadlineMs(probeTimeoutMs: number): number {
    const stepMs = this.#idleTimeoutMs * PING_STEP;
    if (this.#hasPinged) return this.#pingedMs + Math.max(stepMs, probeTimeoutMs);
    return Math.ceil((this.#lastReceiptMs + this.#pingAfterMs) / stepMs) * stepMs;
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

  onPing(nowMs: number): void {
    this.#hasPinged = true;
    this.#pingedMs = nowMs;
  }

  /** Stream bytes were acknowledged, or leave with none before them in flight. */
  onProgress(nowMs: number): void {
    this.#progressMs = nowMs;
  }
}
