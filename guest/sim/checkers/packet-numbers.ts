/**
 * No (key, pn) twice: what one host sends in one session has rising packet numbers from 1. A CLOSE may be repeated byte for
 * byte (dsoftbus-transport.md#35-repeats-deadlines-refusals: the refusal of MSG3), which uses its nonce for the same plaintext.
 */
import { CLOSE_TYPE, SEALED_TYPES } from "../network/observed-packet.ts";
import { CheckViolation } from "./violation.ts";
import type { NetworkObserver } from "../network/network.ts";

interface LastSent {
  pn: number;
  bytes: Uint8Array;
}

export function packetNumberChecker(): NetworkObserver {
  const lastSent = new Map<string, Map<string, LastSent>>();
  return {
    onSent({ bytes, packet, from }) {
      if (packet === undefined || !SEALED_TYPES.has(packet.type)) return;
      const ofSession = lastSent.get(packet.session) ?? new Map<string, LastSent>();
      if (ofSession.size === 0) lastSent.set(packet.session, ofSession);
      const last = ofSession.get(from.host);
      const where = (): string => `in session ${packet.session} from ${from.host}`;
      if (packet.pn < 1) throw new CheckViolation("packet-numbers", `pn 0 ${where()}`);
      if (last !== undefined && packet.pn <= last.pn) {
        if (packet.type === CLOSE_TYPE && packet.pn === last.pn && sameBytes(bytes, last.bytes)) return;
        throw new CheckViolation("packet-numbers", `pn ${packet.pn} after ${last.pn} ${where()}`);
      }
      ofSession.set(from.host, { pn: packet.pn, bytes });
    },
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
