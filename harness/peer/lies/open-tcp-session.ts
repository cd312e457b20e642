/** A session over TCP with its mux, and what may be demanded of the far end. */
import { demand, PeerMux, type PeerServices } from "../mux/peer-mux.ts";
import { unexpected } from "../transport/changes.ts";
import type { PeerTcpSession } from "../transport/peer-tcp-session.ts";

const NO_ERROR = 0;

export class OpenTcpSession {
  readonly session: PeerTcpSession;
  readonly mux: PeerMux;

  constructor(session: PeerTcpSession, services: PeerServices) {
    this.session = session;
    this.mux = new PeerMux(session, services);
  }

  /** The far end has let this side in. @throws PeerError */
  async isAccepted(): Promise<void> {
    const { session } = this;
    await session.changes.until("ACCEPT", () => {
      if (session.peerClose !== undefined || session.tcp.hasEnded) throw unexpected("the dial over TCP is refused");
      return session.isAccepted ? true : undefined;
    });
  }

  /** The far end has closed, and ended TCP. @throws PeerError */
  async isClosedWith(code: number): Promise<void> {
    await this.isOver();
    const { peerClose } = this.session;
    demand(peerClose !== undefined, "TCP ended without CLOSE");
    demand(peerClose.code === code, `it was closed with code ${peerClose.code} "${peerClose.reason}", not ${code}`);
  }

  /** As the initiator ends it: FIN both ways, then TCP. */
  async endInOrder(): Promise<void> {
    const { session } = this;
    session.finish();
    await session.changes.until("FIN both ways", () => (session.isFinishedBothWays ? true : undefined));
    session.tcp.end();
    await this.isOver();
  }

  async close(): Promise<void> {
    this.session.close(NO_ERROR);
    await this.isOver();
  }

  async isOver(): Promise<void> {
    const { tcp } = this.session;
    await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined));
  }
}
