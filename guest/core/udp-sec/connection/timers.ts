/**
 * Every deadline of a connection by name. None is stored here: each part knows its own, and a deadline that is asked for can't
 * be stale.
 */
export interface Deadlines {
  /** Work waits already: something was written, read, finished or asked for since the last `poll`. */
  readonly work?: number | undefined;
  /** A delayed acknowledgement must leave. */
  readonly ack?: number | undefined;
  /** Data that waits for pacing may leave. */
  readonly pacing?: number | undefined;
  /** The oldest packet in flight counts as lost, unless acknowledged before (RFC 9002 6.1.2). */
  readonly loss?: number | undefined;
  /** Nothing was acknowledged for long: send probes (RFC 9002 6.2). */
  readonly probe?: number | undefined;
  /** Data still waits for credit: ask with a PING. */
  readonly persist?: number | undefined;
  /** Nothing was received for half of the idle timeout, or not since the PING that asked: send a PING. */
  readonly liveness?: number | undefined;
  /** Nothing was received for all of it: the end. */
  readonly idle?: number | undefined;
  /** Stream bytes left and none was acknowledged: the path doesn't carry them. */
  readonly path?: number | undefined;
  /** The next CLOSE is due. */
  readonly close?: number | undefined;
  /** Lingering or draining is over. */
  readonly linger?: number | undefined;
}
export type TimerName = keyof Deadlines;

/** @returns the first deadline, or undefined if none is armed */
export function earliest(deadlines: Deadlines): number | undefined {
  let first: number | undefined;
  for (const name in deadlines) {
    const deadlineMs = deadlines[name as TimerName];
    if (deadlineMs !== undefined && (first === undefined || deadlineMs < first)) first = deadlineMs;
  }
  return first;
}

/** @returns the armed ones alone */
export function armedTimers(deadlines: Deadlines): Partial<Record<TimerName, number>> {
  const armed: Partial<Record<TimerName, number>> = {};
  for (const name in deadlines) {
    const deadlineMs = deadlines[name as TimerName];
    if (deadlineMs !== undefined) armed[name as TimerName] = deadlineMs;
  }
  return armed;
}
