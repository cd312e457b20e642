/**
 * How long `auto` keeps to tcp for a peer that did not answer over udp-sec, or whose path stopped carrying it
 * (dsoftbus-transport.md#11-selection-policy).
 */
export const FALLBACK_MEMORY_MS = 60_000;

/** Our choice: as many peers as an endpoint has connections. The entry nearest to its expiry gives way. */
export const DEFAULT_FALLBACK_MEMORY_PEERS = 4_096;

/** Which peers udp-sec failed with lately. Bounded; expired entries go when the table is next written to. */
export class FallbackMemory {
  readonly #maxPeers: number;
  /** Device id to expiry. Every entry lives equally long, so insertion order is expiry order. */
  readonly #expiryMs = new Map<string, number>();

  constructor(maxPeers = DEFAULT_FALLBACK_MEMORY_PEERS) {
    this.#maxPeers = maxPeers;
  }

  get size(): number {
    return this.#expiryMs.size;
  }

  remember(deviceId: string, nowMs: number): void {
    this.#expiryMs.delete(deviceId);
    this.#dropExpired(nowMs);
    while (this.#expiryMs.size >= this.#maxPeers && this.#expiryMs.size > 0) this.#dropOldest();
    if (this.#maxPeers > 0) this.#expiryMs.set(deviceId, nowMs + FALLBACK_MEMORY_MS);
  }

  /** True for 60 s after `remember`, the last instant excluded. */
  isRemembered(deviceId: string, nowMs: number): boolean {
    const expiryMs = this.#expiryMs.get(deviceId);
    return expiryMs !== undefined && nowMs < expiryMs;
  }

  /** A later success over udp-sec, or an operator's word, clears a peer. */
  forget(deviceId: string): void {
    this.#expiryMs.delete(deviceId);
  }

  #dropExpired(nowMs: number): void {
    for (const [deviceId, expiryMs] of this.#expiryMs) {
      if (nowMs < expiryMs) return;
      this.#expiryMs.delete(deviceId);
    }
  }

  #dropOldest(): void {
    for (const deviceId of this.#expiryMs.keys()) {
      this.#expiryMs.delete(deviceId);
      return;
    }
  }
}
