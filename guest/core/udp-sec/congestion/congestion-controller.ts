/**
 * What a connection asks of its congestion control (dsoftbus-transport.md#7-congestion-control). To add a controller: one
 * file beside `new-reno.ts` that exports a `CongestionControllerFactory`, handed to an endpoint as its option `congestion`.
 *
 * The connection tells of every ack-eliciting packet what becomes of it, in this order: `onPacketSent`; then at most one of
 * `onAcknowledged` and `onLost`; after `onLost` perhaps one of `onSpuriousLoss` (it arrived after all) and `onForgotten` (its
 * record is gone, and with it the chance to know). Packet numbers ascend in the order of sending. Probes and PINGs are told
 * like any other packet, though no window holds them back.
 */

/** RFC 9002 7.3: growing fast, reducing after a loss until a packet sent since is acknowledged, growing slowly. */
export type CongestionPhase = "slow start" | "recovery" | "congestion avoidance";

/** A packet as congestion control knows it. */
export interface CongestionPacket {
  readonly packetNumber: number;
  /** Of the whole datagram: what counts as in flight. */
  readonly datagramBytes: number;
  /** When it left, in milliseconds of the injected clock. */
  readonly sentMs: number;
}

/** The path as measured so far (RFC 9002 5). */
export interface CongestionRtt {
  readonly smoothedMs: number;
  readonly variationMs: number;
  /** Undefined before the first sample. */
  readonly minMs: number | undefined;
  readonly latestMs: number;
}

export interface CongestionController {
  /** Datagram bytes that may be in flight. */
  readonly cwndBytes: number;
  /** Below it the window grows as in slow start; `Infinity` before the first loss, and where a controller has no such thing. */
  readonly ssthreshBytes: number;
  readonly phase: CongestionPhase;
  /** How fast data may leave. Undefined: 1.25 windows per smoothed round trip (RFC 9002 7.7). */
  readonly pacingBytesPerMs?: number | undefined;

  /** @returns whether a datagram may leave on top of what is in flight */
  canSend(inFlightBytes: number, datagramBytes: number): boolean;
  /** @param inFlightBytes with this packet */
  onPacketSent(packet: CongestionPacket, inFlightBytes: number): void;
  /**
   * Sending stopped with data waiting: all packets up to this one used the window to the full. A sender that stops for lack of
   * data or credit doesn't call this, and its packets must not grow the window (RFC 9002 7.8).
   */
  onWindowLimited(packetNumber: number): void;
  onAcknowledged(packet: CongestionPacket, rtt: CongestionRtt, nowMs: number): void;
  /**
   * @param largestSent the last packet number that left before now
   * @returns true if this loss is a new congestion event: the first of its round trip
   */
  onLost(packet: CongestionPacket, largestSent: number, nowMs: number): boolean;
  /** Everything over more than three probe timeouts was lost (RFC 9002 7.6). Told after `onLost` of the packet that shows it. */
  onPersistentCongestion(nowMs: number): void;
  /** A lost packet was acknowledged. @returns true if that undid the latest congestion event */
  onSpuriousLoss(packetNumber: number, nowMs: number): boolean;
  /** The record of a lost packet is gone: whether its loss was spurious will never be known. */
  onForgotten(packetNumber: number): void;
}

/** What a controller is made from. */
export interface CongestionSetup {
  /** The largest datagram: what a window grows by. */
  readonly mssBytes: number;
  /** Most bytes in flight, whatever the window says: growing past it would mean nothing. */
  readonly capBytes: number;
  readonly nowMs: number;
}

export type CongestionControllerFactory = (setup: CongestionSetup) => CongestionController;
