import type { BusSession } from "./bus-session.ts";

/**
 * The sessions that live: at most one per peer device and who dialled, across transports (dsoftbus-transport.md#3-handshake-over-udp). The endpoint sees to that
 * among udp-sec connections, on the first packet that proves the new one; here it is seen to across transports.
 */
export class SessionTable {
  readonly #sessions = new Set<BusSession>();
  readonly #newest = new Map<string, BusSession>();

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
    const old = this.#newest.get(key);
    this.#newest.set(key, session);
    this.#sessions.add(session);
    if (old !== undefined && (old.transport === "tcp" || session.transport === "tcp")) old.replace();
    void session.closed.then(() => {
      this.#sessions.delete(session);
      if (this.#newest.get(key) === session) this.#newest.delete(key);
    });
  }
}
