/**
 * NewReno, conservative (dsoftbus-transport.md#7-congestion-control, RFC 9002 7).
 */
import { MAX_DATAGRAM_BYTES } from "../packet/header.ts";
import { SpuriousUndo } from "./spurious-undo.ts";

export const MSS_BYTES = MAX_DATAGRAM_BYTES;
const INITIAL_WINDOW_BYTES = 10 * MSS_BYTES;
const MIN_WINDOW_BYTES = 2 * MSS_BYTES;

/** What a congestion event changes, and a spurious one restores. */
export interface CongestionWindow {
  readonly cwndBytes: number;
  /** Infinity before the first loss. */
  readonly ssthreshBytes: number;
  readonly accumulatorBytes: number;
  readonly recoveryThrough: number;
}

export class NewReno {
  readonly #capBytes: number;
  readonly #undo = new SpuriousUndo<CongestionWindow>();
  #cwndBytes = INITIAL_WINDOW_BYTES;
  #ssthreshBytes = Number.POSITIVE_INFINITY;
  /** Acknowledged bytes that have not made a whole window yet: no fraction of a byte is lost or invented. */
  #accumulatorBytes = 0;
  /**
   * Packets up to this number left before the latest congestion event. RFC 9002 compares send times; numbers are in the same
   * order and tell apart what was sent in the same instant, before and after.
   */
  #recoveryThrough = 0;
  /** Up to this packet number the window, not the application, was the limit. */
  #limitedThrough = 0;

  /** @param capBytes most bytes in flight, whatever the window: growing past it would mean nothing */
  constructor(capBytes: number) {
    this.#capBytes = capBytes;
    this.#cwndBytes = this.#capped(INITIAL_WINDOW_BYTES);
  }

  get cwndBytes(): number {
    return this.#cwndBytes;
  }

  get ssthreshBytes(): number {
    return this.#ssthreshBytes;
  }

  /** @returns whether a datagram may leave on top of what is in flight */
  allows(inFlightBytes: number, datagramBytes: number): boolean {
    return inFlightBytes + datagramBytes <= Math.min(this.#cwndBytes, this.#capBytes);
  }

  /**
   * Sending stopped with data waiting: all packets up to this one used the window to the full. A sender that stops for lack of
   * data or credit doesn't call this, and its packets don't grow the window (RFC 9002 7.8).
   */
  onWindowLimited(packetNumber: number): void {
    this.#limitedThrough = Math.max(this.#limitedThrough, packetNumber);
  }

  onAcknowledged(packetNumber: number, datagramBytes: number): void {
    if (packetNumber <= this.#recoveryThrough || packetNumber > this.#limitedThrough) return;
    const isSlowStart = this.#cwndBytes < this.#ssthreshBytes;
    const grownBytes = isSlowStart ? Math.min(this.#cwndBytes + datagramBytes, this.#ssthreshBytes) : this.#cwndBytes;
    // What slow start could not use when crossing ssthresh counts for congestion avoidance.
    const carriedBytes = datagramBytes - (grownBytes - this.#cwndBytes);
    this.#cwndBytes = grownBytes;
    this.#accumulatorBytes += carriedBytes;
    while (this.#accumulatorBytes >= this.#cwndBytes) {
      this.#accumulatorBytes -= this.#cwndBytes;
      this.#cwndBytes += MSS_BYTES;
    }
    this.#cwndBytes = this.#capped(this.#cwndBytes);
  }

  /**
   * @param largestSent the last packet number that left before now
   * @returns true if this loss is a new congestion event: the first of its round trip
   */
  onLost(packetNumber: number, largestSent: number): boolean {
    if (packetNumber <= this.#recoveryThrough) {
      this.#undo.onLost(packetNumber);
      return false;
    }
    this.#undo.begin(this.#window(), this.#recoveryThrough);
    this.#undo.onLost(packetNumber);
    this.#recoveryThrough = largestSent;
    this.#ssthreshBytes = Math.max(Math.floor(this.#cwndBytes / 2), MIN_WINDOW_BYTES);
    this.#cwndBytes = this.#ssthreshBytes;
    this.#accumulatorBytes = 0;
    return true;
  }

  onPersistentCongestion(): void {
    this.#cwndBytes = MIN_WINDOW_BYTES;
    this.#accumulatorBytes = 0;
  }

  /** A lost packet was acknowledged. @returns true if that undid the latest congestion event */
  onSpurious(packetNumber: number): boolean {
    const saved = this.#undo.onSpurious(packetNumber);
    if (saved === undefined) return false;
    this.#cwndBytes = Math.max(this.#cwndBytes, saved.cwndBytes);
    this.#ssthreshBytes = saved.ssthreshBytes;
    this.#accumulatorBytes = saved.accumulatorBytes;
    this.#recoveryThrough = saved.recoveryThrough;
    return true;
  }

  /** The record of a lost packet is gone: whether its loss was spurious will never be known. */
  onForgotten(packetNumber: number): void {
    this.#undo.onForgotten(packetNumber);
  }

  #window(): CongestionWindow {
    return {
      cwndBytes: this.#cwndBytes,
      ssthreshBytes: this.#ssthreshBytes,
      accumulatorBytes: this.#accumulatorBytes,
      recoveryThrough: this.#recoveryThrough,
    };
  }

  #capped(windowBytes: number): number {
    return Math.min(windowBytes, Math.max(this.#capBytes, MIN_WINDOW_BYTES));
  }
}
