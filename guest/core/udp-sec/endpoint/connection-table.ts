/**
 * Finds whom a datagram is for. Each side chose one half of the session id to be unique on its own socket, so a half that we
 * chose names one dial or connection: the low half of what we dialled, the high half of what we accepted.
 */
import type { Dial } from "./dial.ts";
import type { Session } from "./connection-entry.ts";

interface Dialled {
  /** Until it is established. */
  dial: Dial | undefined;
  /** From MSG2 on. A session belongs to a dial when it is added. */
  session: Session | undefined;
}

export class SessionTable {
  readonly #dialledByLow = new Map<number, Dialled>();
  readonly #acceptedByHigh = new Map<number, Session>();
  #dials = 0;
  #sessions = 0;

  /** Dial attempts and connections together. */
  get size(): number {
    return this.#dialledByLow.size + this.#acceptedByHigh.size;
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** Dial attempts that are not over. */
  get dials(): number {
    return this.#dials;
  }

  findDial(sessionLow: number): Dial | undefined {
    return this.#dialledByLow.get(sessionLow)?.dial;
  }

  findSession(sessionLow: number, sessionHigh: number): Session | undefined {
    const dialled = this.#dialledByLow.get(sessionLow)?.session;
    if (dialled?.sessionHigh === sessionHigh) return dialled;
    const accepted = this.#acceptedByHigh.get(sessionHigh);
    return accepted?.sessionLow === sessionLow ? accepted : undefined;
  }

  /** Is this half one that we chose for anything, dialled or accepted? */
  isOwnHalfTaken(half: number): boolean {
    return this.#dialledByLow.has(half) || this.#acceptedByHigh.has(half);
  }

  addDial(dial: Dial): void {
    this.#dialledByLow.set(dial.attempt.sessionLow, { dial, session: undefined });
    this.#dials += 1;
  }

  /** The dial became a connection, and only that is left of it. */
  finishDial(dial: Dial): void {
    const dialled = this.#dialledByLow.get(dial.attempt.sessionLow);
    if (dialled?.dial !== dial) return;
    dialled.dial = undefined;
    this.#dials -= 1;
    if (dialled.session === undefined) this.#dialledByLow.delete(dial.attempt.sessionLow);
  }

  addSession(session: Session): void {
    this.#sessions += 1;
    if (!session.isDialled) {
      this.#acceptedByHigh.set(session.sessionHigh, session);
      return;
    }
    const dialled = this.#dialledByLow.get(session.sessionLow);
    if (dialled !== undefined) dialled.session = session;
  }

  removeSession(session: Session): void {
    if (!session.isDialled) {
      if (this.#acceptedByHigh.delete(session.sessionHigh)) this.#sessions -= 1;
      return;
    }
    const dialled = this.#dialledByLow.get(session.sessionLow);
    if (dialled?.session !== session) return;
    this.#sessions -= 1;
    dialled.session = undefined;
    if (dialled.dial === undefined) this.#dialledByLow.delete(session.sessionLow);
  }
}
