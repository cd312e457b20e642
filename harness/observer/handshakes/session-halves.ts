/** Halves of session ids by the socket that chose them (dsoftbus-transport.md#33-session-ids). */

const MAX_HALVES = 1_000_000;

export class SessionHalves {
  readonly #users = new Map<string, string>();

  /** @param user what chose it: a digest of the message @returns whether another chose it before */
  isTaken(socket: string, half: number, user: string): boolean {
    const key = `${socket} ${half}`;
    const first = this.#users.get(key);
    if (first === undefined && this.#users.size < MAX_HALVES) this.#users.set(key, user);
    return first !== undefined && first !== user;
  }
}
