import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import type { Signal } from "../../bus/sessions/signal.ts";

/** A stream that nobody reads before its gate opens. */
export interface UnreadSink {
  readonly stream: BusStream;
  /** The gate has read it to its end, or gives it up. */
  readonly drained: Signal;
}

/** By session, then by key: a gate finds the sink of its own session only. */
const SINKS = new WeakMap<BusSession, Map<string, UnreadSink>>();

/** The sinks of one session; all are given up when it ends. */
export function unreadSinksOf(session: BusSession): Map<string, UnreadSink> {
  const known = SINKS.get(session);
  if (known !== undefined) return known;
  const sinks = new Map<string, UnreadSink>();
  SINKS.set(session, sinks);
  // Once for all: a reaction for each sink would stay with the promise as long as the session lives.
  void session.closed.then(() => {
    for (const sink of sinks.values()) sink.drained.notify();
  });
  return sinks;
}

/** Nobody tells a sink that its stream was reset. Those alive are bounded by the streams that a peer may have open. */
export function giveUpDone(sinks: Map<string, UnreadSink>): void {
  for (const [key, sink] of sinks) {
    if (!sink.stream.isDone) continue;
    sinks.delete(key);
    sink.drained.notify();
  }
}
