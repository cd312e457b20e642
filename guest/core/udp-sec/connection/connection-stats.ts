/**
 * One object that tells all of a connection: what it holds, what it measured, what it counted. The bounds of
 * dsoftbus-transport.md#9-bounds-and-codes are checked from here, and so are the invariants of recovery.
 */
import type { ConnectionCounters } from "./connection-counters.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { RecoveryCounters } from "../recovery/recovery.ts";
import type { FinState } from "../stream/send-stream.ts";
import type { TimerName } from "./timers.ts";

/** Bytes of memory, by structure. Records and ranges are counted, not weighed. */
export interface HeldMemory {
  /** Written and not delivered, with the unused ends of chunks. */
  readonly sendBufferBytes: number;
  readonly unreadBytes: number;
  readonly outOfOrderBytes: number;
  readonly pendingDatagramBytes: number;
  readonly duplicateFilterBytes: number;
  readonly sentRecords: number;
  readonly lostRecords: number;
  readonly outOfOrderSegments: number;
  readonly streamRanges: number;
  readonly acknowledgementRanges: number;
}

export interface ConnectionStats {
  readonly state: "open" | "closing" | "draining" | "ended";
  readonly held: HeldMemory;
  readonly cwndBytes: number;
  /** Undefined before the first loss. */
  readonly ssthreshBytes: number | undefined;
  readonly inFlightBytes: number;
  /** Counted anew from the sent records: must equal `inFlightBytes`. */
  readonly recountedInFlightBytes: number;
  readonly smoothedRttMs: number;
  readonly rttVariationMs: number;
  readonly minRttMs: number | undefined;
  readonly latestRttMs: number;
  readonly probeTimeoutMs: number;
  readonly probeExpiries: number;
  readonly pacingTokenBytes: number;
  readonly largestSentPacketNumber: number;
  readonly largestReceivedPacketNumber: number;
  readonly largestAckedPacketNumber: number;
  /** Stream bytes of ours that the peer delivered, and how far we have sent and written. */
  readonly peerDeliveredBytes: number;
  readonly highestSentOffset: number;
  readonly writtenBytes: number;
  readonly creditEnd: number;
  readonly isBlockedByCredit: boolean;
  readonly finState: FinState;
  /** Contiguous stream bytes of the peer's that arrived. */
  readonly deliveredBytes: number;
  readonly readBytes: number;
  readonly receiveWindowBytes: number;
  readonly peerFinalSize: number | undefined;
  readonly retransmittedBytes: number;
  readonly counters: Readonly<ConnectionCounters>;
  readonly recovery: Readonly<RecoveryCounters>;
  readonly drops: Partial<Record<DropReason, number>>;
  /** Armed deadlines by name, in milliseconds of the injected clock. */
  readonly timers: Partial<Record<TimerName, number>>;
}

/** @param pendingDatagramBytes sealed, and waiting for `poll` */
export function statsOf(
  parts: ConnectionParts,
  pendingDatagramBytes: number,
  timers: Partial<Record<TimerName, number>>,
): ConnectionStats {
  const { congestion, recovery, sendStream, receiveStream, numbers, acks, counters, drops, pacer } = parts;
  const { rtt, flight, probeTimeout } = recovery;
  return {
    state: "open",
    held: heldBy(parts, pendingDatagramBytes),
    cwndBytes: congestion.cwndBytes,
    ssthreshBytes: Number.isFinite(congestion.ssthreshBytes) ? congestion.ssthreshBytes : undefined,
    inFlightBytes: flight.bytes,
    recountedInFlightBytes: flight.recountBytes(),
    smoothedRttMs: rtt.smoothedMs,
    rttVariationMs: rtt.variationMs,
    minRttMs: rtt.minMs,
    latestRttMs: rtt.latestMs,
    probeTimeoutMs: probeTimeout.baseMs,
    probeExpiries: probeTimeout.expiries,
    pacingTokenBytes: pacer.tokenBytes,
    largestSentPacketNumber: numbers.largest,
    largestReceivedPacketNumber: acks.largest,
    largestAckedPacketNumber: recovery.largestAcked,
    peerDeliveredBytes: sendStream.delivered,
    highestSentOffset: sendStream.highestSent,
    writtenBytes: sendStream.written,
    creditEnd: sendStream.creditEnd,
    isBlockedByCredit: sendStream.isBlockedByCredit,
    finState: sendStream.finState,
    deliveredBytes: receiveStream.delivered,
    readBytes: receiveStream.window.read,
    receiveWindowBytes: receiveStream.window.windowBytes,
    peerFinalSize: receiveStream.finalSize,
    retransmittedBytes: sendStream.retransmittedBytes,
    counters: { ...counters },
    recovery: { ...recovery.counters },
    drops: drops.snapshot(),
    timers,
  };
}

function heldBy(parts: ConnectionParts, pendingDatagramBytes: number): HeldMemory {
  const { recovery, sendStream, receiveStream, duplicates, acks, reportedAcks } = parts;
  return {
    sendBufferBytes: sendStream.heldBytes,
    unreadBytes: receiveStream.readableBytes,
    outOfOrderBytes: receiveStream.outOfOrderBytes,
    pendingDatagramBytes,
    duplicateFilterBytes: duplicates.heldBytes,
    sentRecords: recovery.flight.count,
    lostRecords: recovery.flight.lostCount,
    outOfOrderSegments: receiveStream.outOfOrderSegments,
    streamRanges: sendStream.heldRanges,
    acknowledgementRanges: acks.unretiredRanges + reportedAcks.heldRanges,
  };
}

/** What is left to tell once the connection has ended: what was measured stays, what was held does not. */
export function statsAfterEnd(
  last: ConnectionStats,
  state: ConnectionStats["state"],
  unreadBytes: number,
): ConnectionStats {
  const held: HeldMemory = {
    sendBufferBytes: 0,
    unreadBytes,
    outOfOrderBytes: 0,
    pendingDatagramBytes: 0,
    duplicateFilterBytes: state === "closing" ? last.held.duplicateFilterBytes : 0,
    sentRecords: 0,
    lostRecords: 0,
    outOfOrderSegments: 0,
    streamRanges: 0,
    acknowledgementRanges: 0,
  };
  return { ...last, state, held, inFlightBytes: 0, recountedInFlightBytes: 0, isBlockedByCredit: false };
}
