/**
 * Finds whom a datagram is for. Each side chose one half of the session id to be unique on its own socket, so a half that we
 * chose names one dial or connection: the low half of what we dialled, the high half of what we accepted.
 */
import type { Dial } from "./dial.ts";
import type { ConnectionEntry } from "./connection-entry.ts";

interface Dialled {
  /** Until it is established. */
  dial: Dial | undefined;
  /** From MSG2 on. It belongs to a dial when it is added. */
  entry: ConnectionEntry | undefined;
}

export class ConnectionTable {
  readonly #dialledByLow = new Map<number, Dialled>();
  readonly #acceptedByHigh = new Map<number, ConnectionEntry>();
  #dials = 0;
  #connections = 0;

  /** Dial attempts and connections together. */
  get size(): number {
    return this.#dialledByLow.size + this.#acceptedByHigh.size;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Dial attempts that are not over. */
  get dials(): number {
    return this.#dials;
  }

  findDial(sessionLow: number): Dial | undefined {
    return this.#dialledByLow.get(keyOf(sessionLow))?.dial;
  }

  findConnection(sessionLow: number, sessionHigh: number): ConnectionEntry | undefined {
    const dialled = this.#dialledByLow.get(keyOf(sessionLow))?.entry;
    if (dialled?.sessionHigh === sessionHigh) return dialled;
    const accepted = this.#acceptedByHigh.get(keyOf(sessionHigh));
    return accepted?.sessionLow === sessionLow ? accepted : undefined;
  }

  /** Is this half one that we chose for anything, dialled or accepted? */
  isOwnHalfTaken(half: number): boolean {
    return this.#dialledByLow.has(keyOf(half)) || this.#acceptedByHigh.has(keyOf(half));
  }

  addDial(dial: Dial): void {
    this.#dialledByLow.set(keyOf(dial.handshake.sessionLow), { dial, entry: undefined });
    this.#dials += 1;
  }

  /** The dial became a connection, and only that is left of it. */
  finishDial(dial: Dial): void {
    const dialled = this.#dialledByLow.get(keyOf(dial.handshake.sessionLow));
    if (dialled?.dial !== dial) return;
    dialled.dial = undefined;
    this.#dials -= 1;
    if (dialled.entry === undefined) this.#dialledByLow.delete(keyOf(dial.handshake.sessionLow));
  }

  addConnection(entry: ConnectionEntry): void {
    this.#connections += 1;
    if (!entry.isDialled) {
      this.#acceptedByHigh.set(keyOf(entry.sessionHigh), entry);
      return;
    }
    const dialled = this.#dialledByLow.get(keyOf(entry.sessionLow));
    if (dialled !== undefined) dialled.entry = entry;
  }

  removeConnection(entry: ConnectionEntry): void {
    if (!entry.isDialled) {
      if (this.#acceptedByHigh.delete(keyOf(entry.sessionHigh))) this.#connections -= 1;
      return;
    }
    const dialled = this.#dialledByLow.get(keyOf(entry.sessionLow));
    if (dialled?.entry !== entry) return;
    this.#connections -= 1;
    dialled.entry = undefined;
    if (dialled.dial === undefined) this.#dialledByLow.delete(keyOf(entry.sessionLow));
  }
}

/** Signed, it needs no object of its own in V8, and a look-up for each packet no hash of one. */
function keyOf(half: number): number {
  return half | 0;
}
