import { toHex } from "../../bytes/hex.ts";
import type { TraceSink } from "../../trace.ts";
import { encodeSessionId } from "../packet/header.ts";

/** In the words of qlog. Initiator: attempted, peer_validated, handshake_confirmed. Responder: handshake_started and so on. */
export type HandshakeMilestone =
  "attempted" | "peer_validated" | "handshake_started" | "handshake_complete" | "handshake_confirmed" | "closed";

/** Tells how far a handshake has come, as a connection state of qlog. */
export function traceMilestone(
  sink: TraceSink,
  nowMs: number,
  [sessionLow, sessionHigh]: readonly [number, number],
  milestone: HandshakeMilestone,
  data: Readonly<Record<string, unknown>> = {},
): void {
  const connection = toHex(encodeSessionId(sessionLow, sessionHigh));
  sink.event(nowMs, "connectivity:connection_state_updated", connection, { new: milestone, ...data });
}
