/** Who follows a session of either transport, by what its handshake says and what a plan adds. */
import type { LayerAbove, UdpSessionSetup } from "../follow/session-packet.ts";
import type { OpenedHandshake } from "../handshakes/opened-handshake.ts";
import { followTcpSession } from "../sessions/follow-tcp-session.ts";
import { followUdpSession } from "../sessions/follow-udp-session.ts";
import type { Followers } from "./session-book.ts";

export interface FollowingPlan {
  /** What the sessions' streams carry. */
  readonly above: LayerAbove;
  readonly congestion: UdpSessionSetup["congestion"];
  /** By how much the taps' times may be off against those of the ends. */
  readonly clockSlackUs: number;
  /** By how much an honest end may be late for its own deadlines. */
  readonly lagUs: number;
}

export function sessionFollowers({ above, congestion, clockSlackUs, lagUs }: FollowingPlan): Followers {
  const tappedOf = ({ initiator, responder }: OpenedHandshake) => ({
    initiator: initiator.tapped,
    responder: responder.tapped,
  });
  return {
    tcp: (handshake) => followTcpSession({ above, tapped: tappedOf(handshake), lagUs, startedUs: handshake.startedUs }),
    udp: (handshake) => {
      const parametersOf = ({ params }: OpenedHandshake["initiator"]) => ({
        windowBytes: params?.window ?? 0,
        ackDelayMs: params?.ackDelayMs ?? 0,
        idleTimeoutMs: params?.idleTimeoutMs ?? Infinity,
      });
      const { initiator, responder } = handshake;
      const parameters = { initiator: parametersOf(initiator), responder: parametersOf(responder) };
      return followUdpSession({ above, tapped: tappedOf(handshake), parameters, congestion, clockSlackUs, lagUs });
    },
  };
}
