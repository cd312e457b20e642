import type { TcpStage } from "./tcp-stage.ts";
import type { ResponderChanges } from "../transport/handshake-text.ts";
import type { PeerServices } from "../mux/peer-mux.ts";
import type { LieStage } from "./stage.ts";
import type { OpenSession } from "./open-session.ts";

/**
 * Checks of identity without which anybody gets in: of the proof's signature, of the table, and by who dials, of whom it has dialled. Each run
 * shows each, whatever else it draws.
 */
export const IDENTITY_CHECKS = ["proof", "peer-table", "dialled-device"] as const;

interface LieFacts {
  /** What the peer does. */
  readonly text: string;
  /** The observer's rule that speaks against the peer; undefined: a wire doesn't show that it is a lie, `guestMust` is all. */
  readonly breaks: string | undefined;
  /** Rules that speak with it, since the one is not broken without them. */
  readonly also?: readonly string[];
  /** What the guest must do, and where the specification says so. */
  readonly guestMust: string;
  readonly requirement: string;
  /** Takes seconds, because the guest's timers have to run out. */
  readonly isSlow?: true;
  /** A guest that lacks this check does what it must not, whatever else it checks. */
  readonly shows?: (typeof IDENTITY_CHECKS)[number];
}

/** The peer dials the guest, and lies. */
export interface DialledLie extends LieFacts {
  readonly by: "initiator";
  readonly over?: never;
  /** Resolves once the guest has done what it must. @throws PeerError if it does something else, or nothing */
  readonly tell: (stage: LieStage) => Promise<void>;
}

/** The guest dials the peer, which lies. */
export interface AnsweredLie extends LieFacts {
  readonly by: "responder";
  readonly over?: never;
  /** Of MSG2: no session may come of it. */
  readonly changes?: (stage: LieStage) => ResponderChanges;
  readonly services?: PeerServices;
  /** What is looked at in the session that comes, with `changes` once they are over; without: none may come. @throws PeerError */
  readonly check?: (open: OpenSession) => Promise<void>;
}

/** The peer dials the guest over TCP, and lies. */
export interface DialledTcpLie extends LieFacts {
  readonly by: "initiator";
  readonly over: "tcp";
  /** As of `DialledLie`. */
  readonly tell: (stage: TcpStage) => Promise<void>;
}

/** The guest dials the peer over TCP, which lies: no session may come of it. */
export interface AnsweredTcpLie extends LieFacts {
  readonly by: "responder";
  readonly over: "tcp";
  readonly proof2: (stage: TcpStage) => Uint8Array;
}

export type Lie = DialledLie | AnsweredLie | DialledTcpLie | AnsweredTcpLie;
