import type { BusSession } from "./bus-session.ts";

/**
 * The sessions that live: at most one per peer device and who dialled, across transports (dsoftbus-transport.md#35-repeats-deadlines-refusals). The endpoint sees to that
 * among udp-sec connections, on the first packet that proves the new one; here it is seen to across transports, on that packet too: who has only
 * held back a MSG3 of an attempt long given up must not end the session that came of another.
 */
export class SessionTable {
  readonly #sessions = new Set<BusSession>();
  /** Of one peer and direction, in the order in which they came. */
  readonly #living = new Map<string, BusSession[]>();

  get size(): number {
    return this.#sessions.size;
  }

  /** Streams that have not ended, over all sessions. */
  get openStreams(): number {
    let sum = 0;
    for (const session of this.#sessions) sum += session.openStreams;
    return sum;
  }

  all(): readonly BusSession[] {
    return [...this.#sessions];
  }

  add(session: BusSession): void {
    const key = `${session.peerDeviceId}/${session.dialled ? "dialled" : "accepted"}`;
    const living = this.#living.get(key) ?? [];
    const older = [...living];
    living.push(session);
    this.#living.set(key, living);
    this.#sessions.add(session);
    session.whenConfirmed(() => {
      // What has ended by now is replaced by nobody, and what is to be replaced over udp-sec alone the endpoint sees to.
      const replaced = older.filter(
        (old) => living.includes(old) && (old.transport === "tcp" || session.transport === "tcp"),
      );
      for (const old of replaced) old.replace();
    });
    void session.closed.then(() => {
      this.#sessions.delete(session);
      living.splice(living.indexOf(session), 1);
      if (living.length === 0) this.#living.delete(key);
    });
  }
}
