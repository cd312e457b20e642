/**
 * The receiving direction of the stream: is it within the credit, what is in order, what waits for the reader
 * (dsoftbus-transport.md#6-stream-and-flow-control, dsoftbus-transport.md#9-bounds-and-codes).
 */
import type { EndpointBudget } from "../../endpoint-budget.ts";
import { ReadQueue } from "../../bytes/read-queue.ts";
import { Reassembly } from "./reassembly.ts";

export interface ReceiveLimits {
  readonly initialWindowBytes: number;
  readonly maxWindowBytes: number;
  readonly outOfOrderSegments: number;
}

/**
 * `repeated`: taken, but all of it had been delivered before. `full`: the packet must stay unacknowledged. The other two end the
 * connection with the code of that name.
 */
export type ReceiveOutcome = "taken" | "repeated" | "full" | "PROTOCOL" | "FLOW_CONTROL";

export class ReceiveStream {
  readonly window: ReceiveWindow;
  readonly #reassembly: Reassembly;
  readonly #queue = new ReadQueue();
  /** One for all packets. */
  readonly #deliver = (piece: Uint8Array): void => this.#queue.push(piece);
  #finalSize: number | undefined;
  #highestReceived = 0;
  #hasEnded = false;

  constructor(limits: ReceiveLimits, budget: EndpointBudget, nowMs: number) {
    this.window = new ReceiveWindow(limits.initialWindowBytes, limits.maxWindowBytes, budget, nowMs);
    this.#reassembly = new Reassembly(limits.outOfOrderSegments);
  }

  get delivered(): number {
    return this.#reassembly.delivered;
  }

  get readableBytes(): number {
    return this.#queue.readableBytes;
  }

  get outOfOrderBytes(): number {
    return this.#reassembly.heldBytes;
  }

  get outOfOrderSegments(): number {
    return this.#reassembly.segments;
  }

  get finalSize(): number | undefined {
    return this.#finalSize;
  }

  /** Everything up to the peer's FIN has arrived. */
  get isComplete(): boolean {
    return this.#finalSize !== undefined && this.#reassembly.delivered === this.#finalSize;
  }

  get isReadFinished(): boolean {
    return this.isComplete && this.#queue.readableBytes === 0;
  }

  /** Half of W was read, and the peer still has something to send. */
  get isUpdateDue(): boolean {
    return this.#finalSize === undefined && this.window.isUpdateDue;
  }

  /** @param bytes kept as they are: the caller must not reuse them */
  onData(offset: number, bytes: Uint8Array, isFin: boolean): ReceiveOutcome {
    const end = offset + bytes.length;
    if (this.#contradictsFinalSize(end, isFin)) return "PROTOCOL";
    // FIN needs no credit of its own, but it follows bytes that did.
    if (end > this.window.advertisedEnd) return "FLOW_CONTROL";
    const isRepeated = end <= this.delivered && (!isFin || this.#finalSize !== undefined);
    if (isRepeated) return "repeated";
    const insertion = this.#reassembly.insert(offset, bytes, this.#deliver);
    if (insertion === "full") return "full";
    this.#highestReceived = Math.max(this.#highestReceived, end);
    if (isFin) this.#finalSize = end;
    return "taken";
  }

  read(maxBytes: number, smoothedRttMs: number, nowMs: number): Uint8Array | undefined {
    const bytes = this.#queue.read(maxBytes);
    if (bytes === undefined) return undefined;
    if (this.#hasEnded) this.window.release(this.#queue.readableBytes);
    else this.window.onRead(bytes.length, smoothedRttMs, nowMs);
    return bytes;
  }

  /** The end: unread bytes stay, everything else goes. */
  onEnd(): void {
    this.#hasEnded = true;
    this.#reassembly.clear();
    this.window.release(this.#queue.readableBytes);
  }

  #contradictsFinalSize(end: number, isFin: boolean): boolean {
    if (this.#finalSize !== undefined) return end > this.#finalSize || (isFin && end !== this.#finalSize);
    return isFin && end < this.#highestReceived;
  }
}

/**
 * The credit that this side gives: W bytes more than were read, told to the peer as `delivered + window`. W grows, out of the
 * endpoint's budget, while the reader takes more than half of it in a round trip.
 */
class ReceiveWindow {
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
    if (growthBytes <= 0 || !this.#budget.growReceive(growthBytes)) return;
    this.#reservedBytes += growthBytes;
    this.#windowBytes += growthBytes;
  }
}
