import type { DialState, InitiatorHandshake } from "../handshake/initiator-handshake.ts";
import type { DialTarget } from "../handshake/handshake-settings.ts";

/**
 * A dial as the application sees it, from `Endpoint.dial` on. It ends with one event that names it: `established`, with the
 * connection, or `dial-failed`, with the reason; until then `Endpoint.abandon` gives it up.
 */
export class DialHandle {
  readonly target: DialTarget;
  /** The half of the session id that this side chose: how traces name the dial. */
  readonly sessionLow: number;
  readonly #handshake: InitiatorHandshake;

  constructor(handshake: InitiatorHandshake) {
    this.target = handshake.target;
    this.sessionLow = handshake.sessionLow;
    this.#handshake = handshake;
  }

  get state(): DialState {
    return this.#handshake.state;
  }

  /** MSG2 verified: whatever happens now, no other transport is tried (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
  get isAuthenticated(): boolean {
    return this.#handshake.isAuthenticated;
  }
}
