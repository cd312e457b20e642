/**
 * Acknowledgement numbers of the header are sane (dsoftbus-transport.md#41-header): what an endpoint acknowledges did arrive at it, whole, and its
 * `ack` never falls; no bit stands for a pn below 1.
 */
import { CLOSE_TYPE, SEALED_TYPES } from "../network/observed-packet.ts";
import { CheckViolation } from "./violation.ts";
import type { NetworkObserver } from "../network/network.ts";
import type { ObservedPacket } from "../network/observed-packet.ts";

interface Side {
  readonly arrived: Set<number>;
  lastAck: number;
}

export function acknowledgementChecker(): NetworkObserver {
  const sides = new Map<string, Map<string, Side>>();
  const sideOf = (session: string, host: string): Side => {
    const ofSession = sides.get(session) ?? new Map<string, Side>();
    if (ofSession.size === 0) sides.set(session, ofSession);
    const known = ofSession.get(host);
    if (known !== undefined) return known;
    const side = { arrived: new Set<number>(), lastAck: 0 };
    ofSession.set(host, side);
    return side;
  };
  return {
    onArriving({ packet, to, isCorrupted }) {
      if (packet === undefined || isCorrupted || !SEALED_TYPES.has(packet.type)) return;
      sideOf(packet.session, to.host).arrived.add(packet.pn);
    },
    onSent({ packet, from }) {
      if (packet === undefined || !SEALED_TYPES.has(packet.type)) return;
      const side = sideOf(packet.session, from.host);
      // The refusal of a MSG3 knows of no packets, whatever came since.
      if (packet.ack === 0 && packet.type === CLOSE_TYPE) return;
      const wrong = wrongIn(packet, side);
      if (wrong !== undefined) {
        throw new CheckViolation("acknowledgements", `${wrong} from ${from.host} in session ${packet.session}`);
      }
      side.lastAck = packet.ack;
    },
  };
}

function wrongIn({ ack, ackBits }: ObservedPacket, { arrived, lastAck }: Side): string | undefined {
  if (ack < lastAck) return `ack ${ack} after ${lastAck}`;
  if (ack !== 0 && !arrived.has(ack)) return `ack ${ack} never arrived`;
  for (let bit = 0; bit < 32; bit++) {
    if ((ackBits & (1 << bit)) === 0) continue;
    const pn = ack - 1 - bit;
    if (pn < 1 || !arrived.has(pn)) return `bit ${bit} of ack ${ack}: ${pn} never arrived`;
  }
  return undefined;
}
