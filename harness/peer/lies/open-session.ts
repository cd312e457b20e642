/** A session with its mux, and what may be demanded of the far end. */
import { passed, unexpected } from "../transport/changes.ts";
import { demand, PeerMux, type PeerServices } from "../mux/peer-mux.ts";
import type { PeerSession } from "../transport/peer-session.ts";
import type { ClosedBy } from "../transport/stream-carrier.ts";

/** So long nothing must come: longer than an ack delay, and than the round trip to an emulated machine. */
export const QUIET_MS = 600;
const NO_ERROR = 0;
const APPLICATION = 6;

export class OpenSession {
  readonly session: PeerSession;
  readonly mux: PeerMux;

  constructor(session: PeerSession, services: PeerServices) {
    this.session = session;
    this.mux = new PeerMux(session, services);
  }

  /** The far end has closed. @throws PeerError */
  async isClosedWith(code: number, reason?: string): Promise<void> {
    const close = await this.#closed();
    demand(close.code === code, `the session was closed with code ${close.code} "${close.reason}", not ${code}`);
    demand(reason === undefined || close.reason === reason, `it was closed with "${close.reason}", not "${reason}"`);
  }

  /** The far end's mux has rejected a frame. */
  isRejectedWith(label: string): Promise<void> {
    return this.isClosedWith(APPLICATION, `mux.reject.${label}`);
  }

  /** The far end acknowledges what is sent now. @throws PeerError */
  async isAlive(): Promise<void> {
    const { session } = this;
    const pn = session.send({ type: "PING" });
    await session.changes.until("the acknowledgement of a PING", () => {
      if (session.peerClose !== undefined)
        throw unexpected(`the session was closed with code ${session.peerClose.code}`);
      return session.isAcknowledged(pn) ? true : undefined;
    });
  }

  /** The far end says nothing, whatever it is asked. @throws PeerError */
  async isSilent(): Promise<void> {
    const before = this.session.heardDatagrams;
    this.session.send({ type: "PING" });
    await passed(QUIET_MS);
    demand(this.session.heardDatagrams === before, "the far end answers, though its session has ended");
  }

  /** All that was written has arrived. */
  async isSettled(): Promise<void> {
    await this.session.changes.until("the arrival of what was written", () =>
      this.session.isSettled ? true : undefined,
    );
  }

  /** As the initiator ends it: FIN both ways, then CLOSE. */
  async endInOrder(): Promise<void> {
    const { session } = this;
    session.finish();
    await session.changes.until("FIN both ways", () => (session.isFinishedBothWays ? true : undefined));
    await this.close();
  }

  async close(): Promise<void> {
    this.session.close(NO_ERROR);
    await this.#closed();
  }

  #closed(): Promise<ClosedBy> {
    return this.session.changes.until("CLOSE", () => this.session.peerClose);
  }
}
