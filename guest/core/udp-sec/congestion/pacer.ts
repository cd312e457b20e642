/**
 * Token-bucket pacing at 1.25 cwnd / srtt (dsoftbus-transport.md#7-congestion-control, RFC 9002 7.7). While nothing waits the
 * bucket holds a burst; waiting data earns for its whole wait, at most a window, so that a coarse timer doesn't cost
 * throughput.
 */
import type { CongestionController } from "./congestion-controller.ts";

const BURST_BYTES = 12_000;
const GAIN = 1.25;
/** Below that an interval can't be told from none. */
const MIN_SRTT_MS = 0.01;

type PacingInput = Pick<CongestionController, "cwndBytes" | "pacingBytesPerMs">;

export class Pacer {
  #tokens = BURST_BYTES;
  #updatedMs: number;
  #isWaiting = false;
  #readyMs: number | undefined;

  constructor(nowMs: number) {
    this.#updatedMs = nowMs;
  }

  /** When data that waits for tokens may leave; undefined if none does. */
  get deadlineMs(): number | undefined {
    return this.#readyMs;
  }

  get tokenBytes(): number {
    return this.#tokens;
  }

  /** @returns whether `datagramBytes` may leave now; if not, `deadlineMs` says when */
  allows(datagramBytes: number, controller: PacingInput, smoothedRttMs: number, nowMs: number): boolean {
    const { cwndBytes } = controller;
    const bytesPerMs = controller.pacingBytesPerMs ?? (GAIN * cwndBytes) / Math.max(smoothedRttMs, MIN_SRTT_MS);
    const capBytes = this.#isWaiting ? Math.max(cwndBytes, BURST_BYTES) : BURST_BYTES;
    const earnedBytes = Math.max(0, nowMs - this.#updatedMs) * bytesPerMs;
    this.#tokens = Math.min(this.#tokens + earnedBytes, capBytes);
    this.#updatedMs = nowMs;
    // The deadline itself always suffices: rounding must not make a timer fire without effect.
    if (this.#tokens >= datagramBytes || (this.#readyMs !== undefined && nowMs >= this.#readyMs)) return true;
    this.#isWaiting = true;
    this.#readyMs ??= nowMs + (datagramBytes - this.#tokens) / bytesPerMs;
    // What is missing may be less than the clock can tell.
    return this.#readyMs <= nowMs;
  }

  onSent(datagramBytes: number): void {
    this.#tokens = Math.max(0, this.#tokens - datagramBytes);
    this.#readyMs = undefined;
  }

  /** Data waits, but not for tokens. */
  onBlocked(): void {
    this.#isWaiting = true;
    this.#readyMs = undefined;
  }

  /** Nothing waits any more. */
  onIdle(): void {
    this.#isWaiting = false;
    this.#readyMs = undefined;
  }
}
