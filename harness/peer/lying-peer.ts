/** A peer that tells the truth first, then lies, whichever transport it speaks. */
import type { HonestExchange } from "./honest-session.ts";
import type { LieName } from "./lies/index.ts";

export interface LyingPeer {
  /** Where the guest may dial it. */
  readonly port: number;
  /** The guest has dialled and greeted, and all is as it should be. @throws PeerError */
  serveHonestly(): Promise<void>;
  /** The peer dials, and all is as it should be. @param exchange default: every service @throws PeerError */
  dialHonestly(exchange?: HonestExchange): Promise<void>;
  /** @throws PeerError if the guest doesn't do what it must */
  tell(name: LieName): Promise<void>;
  /** Closes what the guest has dialled since. */
  sayFarewell(): void;
  end(): void;
}
