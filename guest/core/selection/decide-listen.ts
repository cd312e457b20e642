/**
 * What a listener binds (dsoftbus-transport.md#11-selection-policy): what its mode allows, `auto` both on the same port
 * number.
 */
import type { SelectionErrorCode, SelectionMode, UdpSecAvailability } from "./decide.ts";
import type { EntropyVerdict, EntropyWeakness } from "./entropy-gate.ts";

export interface ListenQuestion {
  readonly mode: SelectionMode;
  readonly udpSec: UdpSecAvailability;
  readonly entropy: EntropyVerdict;
}

export type ListenDecision =
  | { readonly kind: "listen"; readonly udpSec: boolean; readonly tcp: boolean }
  | { readonly kind: "refuse"; readonly reason: EntropyWeakness }
  | { readonly kind: "error"; readonly code: SelectionErrorCode };

/** Asked again with `socket-unavailable` if binding the UDP socket failed. */
export function decideListen(question: ListenQuestion): ListenDecision {
  if (!question.entropy.isOpen) return { kind: "refuse", reason: question.entropy.reason };
  switch (question.mode) {
    case "tcp":
      return { kind: "listen", udpSec: false, tcp: true };
    case "auto":
      return { kind: "listen", udpSec: question.udpSec === "available", tcp: true };
    case "udp-sec":
      return listenOnUdpSecOnly(question.udpSec);
  }
}

function listenOnUdpSecOnly(udpSec: UdpSecAvailability): ListenDecision {
  switch (udpSec) {
    case "available":
      return { kind: "listen", udpSec: true, tcp: false };
    case "disabled":
      return { kind: "error", code: "SELECTION_UDP_SEC_DISABLED" };
    case "socket-unavailable":
      return { kind: "error", code: "SELECTION_UDP_SEC_SOCKET_UNAVAILABLE" };
  }
}
