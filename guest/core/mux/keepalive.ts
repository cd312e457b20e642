import type { MuxLimits } from "./limits.ts";

export type KeepaliveStep = "none" | "ping" | "end";

/**
 * PING after so many ticks without receipt and with each that follows, end after 12 (dsoftbus-transport.md#12-mux-v2). Over udp-sec the
 * connection's own PING comes first (dsoftbus-transport.md#8-life-of-a-connection): while it is answered, the mux asks nothing.
 *
 * Ticks are the clock's, not the session's: what a thousand idle sessions have to look at comes due together, and wakes the process once.
 *
 * A step is taken only when it is asked for and at most one each time, and the next counts from then: a process that was stopped
 * for a minute finds its unread input first, and doesn't declare the peer dead on waking.
 */
export class Keepalive {
  readonly #tickMs: number;
  readonly #pingAfterMs: number;
  readonly #endAfterMs: number;
  #stepStartMs: number;
  #steps = 0;

  /** @param pingAfterTicks what the limits say for the transport below */
  constructor(limits: Pick<MuxLimits, "tickMs" | "endAfterTicks">, pingAfterTicks: number, nowMs: number) {
    this.#tickMs = limits.tickMs;
    this.#pingAfterMs = limits.tickMs * pingAfterTicks;
    this.#endAfterMs = limits.tickMs * limits.endAfterTicks;
    this.#stepStartMs = nowMs;
  }

  get silentSteps(): number {
    return this.#steps;
  }

  /** When `poll` has something to do next. */
  get nextDeadlineMs(): number {
    const waitMs = this.#steps === 0 ? this.#pingAfterMs : this.#tickMs;
    return Math.ceil((this.#stepStartMs + waitMs) / this.#tickMs) * this.#tickMs;
  }

  /** Something of the peer arrived: a frame, or an acknowledgement of the transport. */
  noteReceipt(atMs: number): void {
    if (atMs < this.#stepStartMs) return;
    this.#stepStartMs = atMs;
    this.#steps = 0;
  }

  poll(nowMs: number): KeepaliveStep {
    if (nowMs < this.nextDeadlineMs) return "none";
    this.#stepStartMs = nowMs;
    this.#steps += 1;
    return this.#pingAfterMs + (this.#steps - 1) * this.#tickMs >= this.#endAfterMs ? "end" : "ping";
  }
}
