/** The invariants of one connection that must hold after every event (dsoftbus-transport.md#5-acknowledgement-and-recovery, dsoftbus-transport.md#7-congestion-control, dsoftbus-transport.md#8-life-of-a-connection). */
import { CheckViolation } from "./violation.ts";
import type { ConnectionFacts, FactLimits } from "./connection-facts.ts";

/** @throws CheckViolation */
export function checkConnection(facts: ConnectionFacts, limits: FactLimits): void {
  checkTimer(facts);
  checkInFlight(facts, limits);
  checkCongestionWindow(facts, limits);
  checkMemory(facts, limits);
}

/** Without a timer nothing would ever move again. */
function checkTimer(facts: ConnectionFacts): void {
  if (!facts.isEstablished || facts.hasRecoveryTimer) return;
  if (facts.bytesInFlight > 0) fail("armed-timer", facts, `${facts.bytesInFlight} bytes in flight and no timer`);
  if (facts.creditBlockedBytes === 0 || facts.hasPersistTimer) return;
  fail("armed-timer", facts, `${facts.creditBlockedBytes} bytes blocked by credit and no timer`);
}

function checkInFlight(facts: ConnectionFacts, limits: FactLimits): void {
  if (facts.bytesInFlight !== facts.sentRecordsBytes) {
    fail("in-flight-sum", facts, `${facts.bytesInFlight} in flight, records hold ${facts.sentRecordsBytes}`);
  }
  if (facts.bytesInFlight < 0 || facts.bytesInFlight > limits.maxBytesInFlight) {
    fail("in-flight-sum", facts, `${facts.bytesInFlight} in flight, limit ${limits.maxBytesInFlight}`);
  }
}

function checkCongestionWindow(facts: ConnectionFacts, limits: FactLimits): void {
  const { congestionWindowBytes: cwnd } = facts;
  if (cwnd >= limits.minCongestionWindowBytes && cwnd <= limits.maxCongestionWindowBytes) return;
  const range = `[${limits.minCongestionWindowBytes}, ${limits.maxCongestionWindowBytes}]`;
  fail("congestion-window", facts, `cwnd ${cwnd} outside ${range}`);
}

function checkMemory(facts: ConnectionFacts, limits: FactLimits): void {
  atMost(facts, "sent records", facts.sentRecords, limits.sentRecords);
  atMost(facts, "send buffer bytes", facts.sendBufferBytes, limits.sendBufferBytes);
  atMost(facts, "window bytes", facts.windowBytes, limits.windowBytes);
  atMost(facts, "unread and out-of-order bytes", facts.unreadBytes + facts.outOfOrderBytes, facts.windowBytes);
  atMost(facts, "out-of-order segments", facts.outOfOrderSegments, limits.outOfOrderSegments);
}

function atMost(facts: ConnectionFacts, what: string, value: number, limit: number): void {
  if (!(value <= limit)) fail("memory", facts, `${what}: ${value}, limit ${limit}`);
}

function fail(checker: string, facts: ConnectionFacts, message: string): never {
  throw new CheckViolation(checker, `${facts.name}: ${message}`);
}
