/** A handshake that was opened: everything that follows from it for who follows the session. */
import type { Params } from "../wire/params.ts";
import type { HandshakeFrame } from "./handshake-rules.ts";

export interface HandshakeEnd {
  /** Address and port, as `socketText` writes them. */
  readonly socket: string;
  /** Hex. */
  readonly staticKey: string;
  readonly ephemeralKey: string;
  /** SHA-256 of the key that signed its proof; undefined: the proof proves nothing. */
  readonly deviceId: string | undefined;
  /** Over udp-sec alone. */
  readonly params: Params | undefined;
  /** Its messages were seen where they left. */
  readonly tapped: boolean;
}

export interface OpenedHandshake {
  readonly transport: "udp" | "tcp";
  readonly initiator: HandshakeEnd;
  readonly responder: HandshakeEnd;
  /** Of udp-sec. */
  readonly sessionId: { readonly low: number; readonly high: number } | undefined;
  readonly handshakeHash: string;
  /** With which the initiator seals. */
  readonly initiatorKey: Uint8Array;
  readonly responderKey: Uint8Array;
  /** Why the responder must not take the initiator; undefined: it may. */
  readonly refusal: "params" | "proof" | "device" | undefined;
  /** The first of each message that it consists of. */
  readonly frames: readonly HandshakeFrame[];
  /** Of MSG3. */
  readonly atUs: number;
  /** Of the first MSG1: deadlines count from there. */
  readonly startedUs: number;
}
