/**
 * NewReno, conservative (dsoftbus-transport.md#7-congestion-control, RFC 9002 7).
 */
import type {
  CongestionController,
  CongestionControllerFactory,
  CongestionPacket,
  CongestionPhase,
  CongestionSetup,
} from "./congestion-controller.ts";
import { SpuriousUndo } from "./spurious-undo.ts";

/** RFC 9002 7.2, in datagrams of the largest size. */
const INITIAL_WINDOW_DATAGRAMS = 10;
const MIN_WINDOW_DATAGRAMS = 2;

/** What an endpoint takes if its options name no controller. */
export const newReno: CongestionControllerFactory = (setup) => new NewReno(setup);

/** What a congestion event changes, and a spurious one restores. */
interface CongestionWindow {
  readonly cwndBytes: number;
  /** Infinity before the first loss. */
  readonly ssthreshBytes: number;
  readonly accumulatorBytes: number;
  readonly recoveryThrough: number;
}

export class NewReno implements CongestionController {
  readonly #mssBytes: number;
  readonly #minWindowBytes: number;
  readonly #capBytes: number;
  readonly #undo = new SpuriousUndo<CongestionWindow>();
  #cwndBytes: number;
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
  /** The largest number that was acknowledged: past `#recoveryThrough` it ends recovery. */
  #acknowledgedThrough = 0;

  constructor({ mssBytes, capBytes }: Omit<CongestionSetup, "nowMs">) {
    this.#mssBytes = mssBytes;
    this.#minWindowBytes = MIN_WINDOW_DATAGRAMS * mssBytes;
    this.#capBytes = capBytes;
    this.#cwndBytes = this.#capped(INITIAL_WINDOW_DATAGRAMS * mssBytes);
  }

  get cwndBytes(): number {
    return this.#cwndBytes;
  }

  get ssthreshBytes(): number {
    return this.#ssthreshBytes;
  }

  get phase(): CongestionPhase {
    if (this.#recoveryThrough > 0 && this.#acknowledgedThrough <= this.#recoveryThrough) return "recovery";
    return this.#cwndBytes < this.#ssthreshBytes ? "slow start" : "congestion avoidance";
  }

  canSend(inFlightBytes: number, datagramBytes: number): boolean {
    return inFlightBytes + datagramBytes <= Math.min(this.#cwndBytes, this.#capBytes);
  }

  /** NewReno looks at what comes back alone. */
  onPacketSent(): void {}

  onWindowLimited(packetNumber: number): void {
    this.#limitedThrough = Math.max(this.#limitedThrough, packetNumber);
  }

  onAcknowledged({ packetNumber, datagramBytes }: CongestionPacket): void {
    this.#acknowledgedThrough = Math.max(this.#acknowledgedThrough, packetNumber);
    if (packetNumber <= this.#recoveryThrough || packetNumber > this.#limitedThrough) return;
    const isBelowThreshold = this.#cwndBytes < this.#ssthreshBytes;
    const grownBytes = isBelowThreshold
      ? Math.min(this.#cwndBytes + datagramBytes, this.#ssthreshBytes)
      : this.#cwndBytes;
    // What slow start could not use when crossing ssthresh counts for congestion avoidance.
    const carriedBytes = datagramBytes - (grownBytes - this.#cwndBytes);
    this.#cwndBytes = grownBytes;
    this.#accumulatorBytes += carriedBytes;
    while (this.#accumulatorBytes >= this.#cwndBytes) {
      this.#accumulatorBytes -= this.#cwndBytes;
      this.#cwndBytes += this.#mssBytes;
    }
    this.#cwndBytes = this.#capped(this.#cwndBytes);
  }

  onLost({ packetNumber }: CongestionPacket, largestSent: number): boolean {
    if (packetNumber <= this.#recoveryThrough) {
      this.#undo.onLost(packetNumber);
      return false;
    }
    this.#undo.begin(this.#window(), this.#recoveryThrough);
    this.#undo.onLost(packetNumber);
    this.#recoveryThrough = largestSent;
    this.#ssthreshBytes = Math.max(Math.floor(this.#cwndBytes / 2), this.#minWindowBytes);
    this.#cwndBytes = this.#ssthreshBytes;
    this.#accumulatorBytes = 0;
    return true;
  }

  onPersistentCongestion(): void {
    this.#cwndBytes = this.#minWindowBytes;
    this.#accumulatorBytes = 0;
  }

  onSpuriousLoss(packetNumber: number): boolean {
    const saved = this.#undo.onSpurious(packetNumber);
    if (saved === undefined) return false;
    this.#cwndBytes = Math.max(this.#cwndBytes, saved.cwndBytes);
    this.#ssthreshBytes = saved.ssthreshBytes;
    this.#accumulatorBytes = saved.accumulatorBytes;
    this.#recoveryThrough = saved.recoveryThrough;
    return true;
  }

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
    return Math.min(windowBytes, Math.max(this.#capBytes, this.#minWindowBytes));
  }
}
