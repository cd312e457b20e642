/** From a connection's own statistics to what the checkers ask. */
import type { ConnectionStats } from "../../core/index.ts";
import type { ConnectionFacts } from "../checkers/connection-facts.ts";

/** @param session 16 hex digits */
export function factsOf(stats: ConnectionStats, node: string, session: string): ConnectionFacts {
  const { held, timers } = stats;
  const unsentBytes = stats.writtenBytes - stats.highestSentOffset;
  return {
    name: `${node} ${session}`,
    session,
    isEstablished: stats.state === "open",
    hasRecoveryTimer: timers.loss !== undefined || timers.probe !== undefined || timers.work !== undefined,
    hasPersistTimer: timers.persist !== undefined,
    bytesInFlight: stats.inFlightBytes,
    sentRecordsBytes: stats.recountedInFlightBytes,
    sentRecords: held.sentRecords + held.lostRecords,
    congestionWindowBytes: stats.cwndBytes,
    creditBlockedBytes: stats.isBlockedByCredit ? Math.max(1, unsentBytes) : 0,
    sendBufferBytes: stats.state === "open" ? stats.writtenBytes - stats.peerDeliveredBytes : held.sendBufferBytes,
    unreadBytes: held.unreadBytes,
    outOfOrderBytes: held.outOfOrderBytes,
    outOfOrderSegments: held.outOfOrderSegments,
    windowBytes: stats.receiveWindowBytes,
  };
}
