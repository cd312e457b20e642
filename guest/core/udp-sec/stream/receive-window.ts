/**
 * The credit this side gives (dsoftbus-transport.md#6-stream-and-flow-control): `delivered + window` = read + W. W grows, out
 * of the endpoint's budget, while the reader takes more than half of it in a round trip.
 */
import type { EndpointBudget } from "../../endpoint-budget.ts";

export class ReceiveWindow {
  readonly #budget: EndpointBudget;
  readonly #maxBytes: number;
  #windowBytes: number;
  #reservedBytes: number;
  /** The sum the peer was told last. It may send up to there. */
  #advertisedEnd: number;
  #read = 0;
  #epochStartMs: number;
  #epochRead = 0;

  /** @param initialBytes W as declared in the handshake: the peer's first credit */
  constructor(initialBytes: number, maxBytes: number, budget: EndpointBudget, nowMs: number) {
    this.#budget = budget;
    this.#maxBytes = maxBytes;
    this.#windowBytes = initialBytes;
    this.#advertisedEnd = initialBytes;
    this.#reservedBytes = budget.reserveReceive(initialBytes) ? initialBytes : 0;
    this.#epochStartMs = nowMs;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  get read(): number {
    return this.#read;
  }

  /** Up to here the peer may send: past it, FLOW_CONTROL. */
  get advertisedEnd(): number {
    return this.#advertisedEnd;
  }

  /** The peer waits for it, maybe: half of W was read since it was last told. */
  get isUpdateDue(): boolean {
    return this.#read + this.#windowBytes - this.#advertisedEnd >= this.#windowBytes / 2;
  }

  /** @returns `window` for a packet that leaves now: from then on the peer counts on it */
  advertise(delivered: number): number {
    this.#advertisedEnd = this.#read + this.#windowBytes;
    return this.#advertisedEnd - delivered;
  }

  onRead(bytes: number, smoothedRttMs: number, nowMs: number): void {
    this.#read += bytes;
    this.#tune(smoothedRttMs, nowMs);
  }

  /** The end: only unread bytes stay reserved. */
  release(unreadBytes: number): void {
    const kept = Math.min(this.#reservedBytes, unreadBytes);
    this.#budget.releaseReceive(this.#reservedBytes - kept);
    this.#reservedBytes = kept;
  }

  #tune(smoothedRttMs: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#epochStartMs;
    if (elapsedMs < smoothedRttMs) return;
    const readPerRoundTrip = elapsedMs > 0 ? ((this.#read - this.#epochRead) * smoothedRttMs) / elapsedMs : 0;
    this.#epochStartMs = nowMs;
    this.#epochRead = this.#read;
    if (readPerRoundTrip < this.#windowBytes / 2) return;
    const growthBytes = Math.min(this.#windowBytes, this.#maxBytes - this.#windowBytes);
    if (growthBytes <= 0 || !this.#budget.reserveReceive(growthBytes)) return;
    this.#reservedBytes += growthBytes;
    this.#windowBytes += growthBytes;
  }
}
