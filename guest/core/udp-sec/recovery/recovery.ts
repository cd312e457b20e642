/**
 * Loss recovery of one connection (dsoftbus-transport.md#5-acknowledgement-and-recovery, RFC 9002 5 and 6): what was sent,
 * what of it arrived, what is lost, and when to probe.
 */
import type { CongestionController } from "../congestion/congestion-controller.ts";
import { type Acknowledgement, bitmapRuns, type PacketNumberRange } from "../packet/packet-content.ts";
import { Flight, type FlightLimits, type SentRecord } from "./flight.ts";
import { PersistentCongestion } from "./persistent-congestion.ts";
import { ProbeTimeout, RttEstimator } from "./rtt.ts";

const PACKET_THRESHOLD = 3;
/** How long a lost record is kept, in probe timeouts. */
const LOST_RECORD_TIMEOUTS = 3;

/** `probe`: another probe took the record, which is no sign of congestion. */
export type LossCause = "threshold" | "time" | "probe";

/** Who wants to know what became of a packet. */
export interface RecoveryListener {
  onAcknowledged(record: SentRecord, nowMs: number): void;
  onLost(record: SentRecord, cause: LossCause, nowMs: number): void;
  /** The peer knows that we received these. */
  onReportAcknowledged(reported: readonly PacketNumberRange[]): void;
}

export interface RecoveryCounters {
  lost: number;
  spurious: number;
  congestionEvents: number;
  persistentCongestions: number;
}

export class Recovery {
  readonly rtt: RttEstimator;
  readonly probeTimeout: ProbeTimeout;
  readonly flight: Flight;
  readonly counters: RecoveryCounters = { lost: 0, spurious: 0, congestionEvents: 0, persistentCongestions: 0 };
  readonly #congestion: CongestionController;
  readonly #listener: RecoveryListener;
  readonly #persistent = new PersistentCongestion();
  readonly #peerAckDelayMs: number;
  /** The same object comes again with each packet that repeats it: nothing that left since then has a number within. */
  #lastAcknowledgement: Acknowledgement | undefined;
  #largestAcked = 0;
  #largestSent = 0;
  #elicitingSent = 0;
  #lastElicitingMs = 0;
  /** What was last told to be acknowledged of what this side reported. */
  #retiredAck = 0;
  #retiredBits = 0;

  constructor(
    limits: FlightLimits,
    congestion: CongestionController,
    listener: RecoveryListener,
    timing: { readonly handshakeRttMs: number | undefined; readonly peerAckDelayMs: number; readonly nowMs: number },
  ) {
    this.#congestion = congestion;
    this.#listener = listener;
    this.#peerAckDelayMs = timing.peerAckDelayMs;
    this.rtt = new RttEstimator(timing.handshakeRttMs, timing.nowMs);
    this.probeTimeout = new ProbeTimeout(this.rtt, timing.peerAckDelayMs);
    this.flight = new Flight(limits, (record) => {
      congestion.onForgotten(record.packetNumber);
    });
  }

  get largestAcked(): number {
    return this.#largestAcked;
  }

  /** When the oldest packet in flight counts as lost; undefined while nothing sent after it was acknowledged. */
  get lossDeadlineMs(): number | undefined {
    const oldest = this.flight.oldest;
    if (oldest === undefined || oldest.packetNumber >= this.#largestAcked) return undefined;
    return oldest.sentMs + this.rtt.lossDelayMs;
  }

  /** When to probe: never while a loss is about to be declared (RFC 9002 6.2.1). */
  get probeDeadlineMs(): number | undefined {
    if (this.flight.count === 0 || this.lossDeadlineMs !== undefined) return undefined;
    return this.#lastElicitingMs + this.probeTimeout.durationMs;
  }

  /** Ack-eliciting packets so far: the index of the next. */
  get elicitingSent(): number {
    return this.#elicitingSent;
  }

  /** An ack-eliciting packet leaves. The caller asked `flight.hasRoom`, unless it is a probe. @param record in flight, kept */
  onSent(record: SentRecord): void {
    if (record.isProbe && !this.flight.hasRoomForProbe) this.#takeProbeRecord(record.sentMs);
    this.flight.add(record);
    this.#congestion.onPacketSent(record, this.flight.bytes);
    this.#largestSent = record.packetNumber;
    this.#elicitingSent += 1;
    this.#lastElicitingMs = record.sentMs;
  }

  /**
   * The acknowledgement of one packet, in the order of dsoftbus-transport.md#43-order-of-work-on-receipt: `ack`, bitmap and
   * ranges, then loss detection.
   *
   * @param ackDelayUs as the peer gave it
   */
  onAcknowledgement(acknowledgement: Acknowledgement, ackDelayUs: number, nowMs: number): void {
    const ackDelayMs = Math.min(ackDelayUs / 1000, this.#peerAckDelayMs);
    this.#largestAcked = Math.max(this.#largestAcked, acknowledgement.largest);
    // Who only receives has nothing that could be acknowledged, and hears so with each packet.
    if (this.flight.count === 0 && this.flight.lostCount === 0) return;
    const isNew = acknowledgement !== this.#lastAcknowledgement;
    this.#lastAcknowledgement = acknowledgement;
    if (isNew) this.#takeAcknowledged(acknowledgement, ackDelayMs, nowMs);
    this.#detectLoss(isNew ? acknowledgement : undefined, nowMs);
    this.flight.forgetLost(nowMs - LOST_RECORD_TIMEOUTS * this.probeTimeout.baseMs);
  }

  /** The loss deadline was reached. */
  onLossTimer(nowMs: number): void {
    this.#detectLoss(undefined, nowMs);
  }

  /** The probe deadline was reached: the caller sends one or two probes. */
  onProbeTimer(): void {
    this.probeTimeout.onExpiry();
  }

  #takeAcknowledged(acknowledgement: Acknowledgement, ackDelayMs: number, nowMs: number): void {
    for (const run of acknowledgement.runs) {
      // The largest number is in the first run: the round trip is measured before anything depends on it.
      for (const record of this.flight.inFlightWithin(run)) {
        this.#sample(record, acknowledgement.largest, ackDelayMs, nowMs);
        this.#onAcknowledged(record, nowMs);
      }
      for (const record of this.flight.lostWithin(run)) {
        this.#sample(record, acknowledgement.largest, ackDelayMs, nowMs);
        this.#onSpurious(record, nowMs);
      }
    }
  }

  #sample(record: SentRecord, largest: number, ackDelayMs: number, nowMs: number): void {
    if (record.packetNumber === largest) this.rtt.sample(nowMs - record.sentMs, ackDelayMs, nowMs);
  }

  #onAcknowledged(record: SentRecord, nowMs: number): void {
    this.flight.remove(record);
    this.probeTimeout.reset();
    this.#congestion.onAcknowledged(record, this.rtt, nowMs);
    this.#report(record, nowMs);
  }

  #onSpurious(record: SentRecord, nowMs: number): void {
    this.flight.removeLost(record);
    this.probeTimeout.reset();
    this.counters.spurious += 1;
    this.#persistent.reset();
    this.#congestion.onSpuriousLoss(record.packetNumber, nowMs);
    this.#report(record, nowMs);
  }

  #report(record: SentRecord, nowMs: number): void {
    this.#listener.onAcknowledged(record, nowMs);
    // Packets that left between two receipts all reported the same, which retires once.
    if (record.reportedAck === this.#retiredAck && record.reportedBits === this.#retiredBits) return;
    this.#retiredAck = record.reportedAck;
    this.#retiredBits = record.reportedBits;
    this.#listener.onReportAcknowledged(bitmapRuns(record.reportedAck, record.reportedBits));
  }

  /**
   * By packet threshold only what this acknowledgement knows to be missing; the rest by time: with a window far above 33
   * packets, most of what one bitmap doesn't show was acknowledged by another that got lost.
   */
  #detectLoss(acknowledgement: Acknowledgement | undefined, nowMs: number): void {
    if (acknowledgement !== undefined) {
      const first = acknowledgement.coveredFrom;
      const last = acknowledgement.largest - PACKET_THRESHOLD;
      if (last >= first) {
        for (const record of this.flight.inFlightWithin({ first, last })) this.#lose(record, "threshold", nowMs);
      }
    }
    const lossDelayMs = this.rtt.lossDelayMs;
    for (
      let oldest = this.flight.oldest;
      oldest !== undefined && oldest.packetNumber < this.#largestAcked && oldest.sentMs + lossDelayMs <= nowMs;
      oldest = this.flight.oldest
    ) {
      this.#lose(oldest, "time", nowMs);
    }
  }

  #lose(record: SentRecord, cause: "threshold" | "time", nowMs: number): void {
    this.flight.lose(record, nowMs);
    this.counters.lost += 1;
    if (this.#congestion.onLost(record, this.#largestSent, nowMs)) this.counters.congestionEvents += 1;
    const firstSampleMs = this.rtt.firstSampleMs;
    if (firstSampleMs !== undefined && record.sentMs > firstSampleMs) {
      if (this.#persistent.onLost(record.elicitingIndex, record.sentMs, this.probeTimeout.baseMs)) {
        this.counters.persistentCongestions += 1;
        this.#congestion.onPersistentCongestion(nowMs);
      }
    }
    this.#listener.onLost(record, cause, nowMs);
  }

  /** Its slot is what is needed: so nothing of it is kept to recognise a spurious loss. */
  #takeProbeRecord(nowMs: number): void {
    const oldest = this.flight.oldestProbe;
    if (oldest === undefined) return;
    this.flight.remove(oldest);
    this.counters.lost += 1;
    this.#listener.onLost(oldest, "probe", nowMs);
  }
}
