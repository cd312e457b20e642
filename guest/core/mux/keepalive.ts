import type { MuxLimits } from "./limits.ts";

export type KeepaliveStep = "none" | "ping" | "end";

/**
 * PING after 6 ticks without receipt, end after 12 (dsoftbus-transport.md#12-mux-v2). Over udp-sec the connection's own PING comes first, after
 * 5 s (dsoftbus-transport.md#8-life-of-a-connection): while it is answered, the mux asks nothing.
 *
 * Ticks are the clock's, not the session's: what a thousand idle sessions have to look at comes due together, and wakes the process once.
 *
 * A step is taken only when it is asked for and at most one each time, and the next counts from then: a process that was stopped
 * for a minute finds its unread input first, and doesn't declare the peer dead on waking.
 */
export class Keepalive {
  readonly #tickMs: number;
  readonly #pingAfterMs: number;
  readonly #endAfterSteps: number;
  #stepStartMs: number;
  #steps = 0;

  constructor(limits: Pick<MuxLimits, "tickMs" | "pingAfterTicks" | "endAfterTicks">, nowMs: number) {
    this.#tickMs = limits.tickMs;
    this.#pingAfterMs = limits.tickMs * limits.pingAfterTicks;
    this.#endAfterSteps = Math.ceil(limits.endAfterTicks / limits.pingAfterTicks);
    this.#stepStartMs = nowMs;
  }

  get silentSteps(): number {
    return this.#steps;
  }

  /** When `poll` has something to do next. */
  get nextDeadlineMs(): number {
    return Math.ceil((this.#stepStartMs + this.#pingAfterMs) / this.#tickMs) * this.#tickMs;
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
    return this.#steps >= this.#endAfterSteps ? "end" : "ping";
  }
}
