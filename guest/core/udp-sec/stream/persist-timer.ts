/**
 * Data waits for credit, and the update that would release it may be lost: ask, with a PING, at growing intervals
 * (dsoftbus-transport.md#6-stream-and-flow-control).
 */
const CEILING_MS = 5_000;

export class PersistTimer {
  #sinceMs: number | undefined;
  #expiries = 0;

  /** @param probeTimeoutMs without backoff */
  deadlineMs(probeTimeoutMs: number): number | undefined {
    if (this.#sinceMs === undefined) return undefined;
    return this.#sinceMs + Math.min(probeTimeoutMs * 2 ** this.#expiries, Math.max(probeTimeoutMs, CEILING_MS));
  }

  /** @param isBlocked whether data waits for credit now */
  update(isBlocked: boolean, nowMs: number): void {
    if (!isBlocked) this.#sinceMs = undefined;
    else this.#sinceMs ??= nowMs;
  }

  onExpiry(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#expiries = Math.min(this.#expiries + 1, 20);
  }

  /** Credit came: the next wait begins at the beginning. */
  onCredit(): void {
    this.#sinceMs = undefined;
    this.#expiries = 0;
  }
}
