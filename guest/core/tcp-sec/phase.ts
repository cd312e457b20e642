import type { ConnectionEnd } from "../connection-end.ts";
import type { CipherState } from "../noise/cipher-state.ts";
import type { Peer } from "../identity/peer.ts";
import type { TcpHandshake } from "./handshake.ts";

/** Where a connection stands, with what it needs there. */
export type Phase =
  | { readonly name: "handshake"; readonly handshake: TcpHandshake; readonly deadlineMs: number }
  /** Initiator: message 3 is on its way; the responder's first record decides. */
  | {
      readonly name: "awaiting-accept";
      readonly receive: CipherState;
      readonly peer: Peer;
      readonly deadlineMs: number;
    }
  | { readonly name: "established"; readonly receive: CipherState }
  /** The deadline is for the driver: by then TCP has to be over. */
  | { readonly name: "ended"; readonly end: ConnectionEnd; readonly deadlineMs: number };

/** Ends that no CLOSE told: before there were keys, or after TCP was gone. */
export type QuietEnd = "AUTH" | "BUSY" | "PROTOCOL" | "HANDSHAKE_TIMEOUT" | "TRUNCATED";
