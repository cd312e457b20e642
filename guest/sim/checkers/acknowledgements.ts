/**
 * Acknowledgement numbers of the header are sane (protocol 3): what an endpoint acknowledges did arrive at it, whole, and its
 * `ack` never falls; no bit stands for a pn below 1.
 */
import { CLOSE_TYPE, SEALED_TYPES } from "../network/observed-packet.ts";
import { CheckViolation } from "./violation.ts";
import type { NetworkObserver } from "../network/network.ts";

interface Side {
  readonly arrived: Set<number>;
  lastAck: number;
}

export function acknowledgementChecker(): NetworkObserver {
  const sides = new Map<string, Side>();
  const sideOf = (session: string, host: string): Side => {
    const key = `${session} at ${host}`;
    const side = sides.get(key) ?? { arrived: new Set(), lastAck: 0 };
    sides.set(key, side);
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
      const where = `from ${from.host} in session ${packet.session}`;
      // The refusal of a MSG3 knows of no packets, whatever came since.
      if (packet.ack === 0 && packet.type === CLOSE_TYPE) return;
      if (packet.ack < side.lastAck) fail(`ack ${packet.ack} after ${side.lastAck} ${where}`);
      if (packet.ack !== 0 && !side.arrived.has(packet.ack)) fail(`ack ${packet.ack} never arrived ${where}`);
      side.lastAck = Math.max(side.lastAck, packet.ack);
      for (let bit = 0; bit < 32; bit++) {
        if ((packet.ackBits & (1 << bit)) === 0) continue;
        const pn = packet.ack - 1 - bit;
        if (pn < 1 || !side.arrived.has(pn)) fail(`bit ${bit} of ack ${packet.ack}: ${pn} never arrived ${where}`);
      }
    },
  };
}

function fail(message: string): never {
  throw new CheckViolation("acknowledgements", message);
}
