/**
 * Which transport a dialler takes, and what follows when udp-sec did not come about: the table of
 * dsoftbus-transport.md#11-selection-policy, as data in, data out. There is no jitter and no hidden state; what was
 * remembered about a peer is an argument.
 */
import type { EntropyVerdict, EntropyWeakness } from "./entropy-gate.ts";

export type SelectionMode = "auto" | "udp-sec" | "tcp";

/** `disabled` by configuration; `socket-unavailable` if its socket can't be had. */
export type UdpSecAvailability = "available" | "disabled" | "socket-unavailable";

export type SelectedTransport = "udp-sec" | "tcp";

export interface DialQuestion {
  readonly mode: SelectionMode;
  readonly udpSec: UdpSecAvailability;
  readonly entropy: EntropyVerdict;
  /** udp-sec failed with this peer within the last 60 s (`FallbackMemory`). */
  readonly remembered: boolean;
}

export type TransportReason =
  | "configured"
  | "preferred"
  | "udp-sec-disabled"
  | "udp-sec-socket-unavailable"
  | "udp-sec-failed-recently"
  | "udp-sec-unanswered";

export type DialDecision =
  | {
      readonly kind: "dial";
      readonly transport: SelectedTransport;
      /**
       * If no valid MSG2 comes, tcp is next: the handshake takes its short deadline
       * (dsoftbus-transport.md#35-repeats-deadlines-refusals).
       */
      readonly mayFallBack: boolean;
      readonly because: TransportReason;
    }
  | { readonly kind: "refuse"; readonly reason: EntropyWeakness }
  | { readonly kind: "error"; readonly code: SelectionErrorCode };

export type SelectionErrorCode =
  | "SELECTION_UDP_SEC_DISABLED"
  | "SELECTION_UDP_SEC_SOCKET_UNAVAILABLE"
  | "SELECTION_UDP_SEC_UNANSWERED"
  | "SELECTION_AUTHENTICATION_FAILED"
  | "SELECTION_HANDSHAKE_FAILED";

/** The dialler's choice before anything is sent. */
export function decide(question: DialQuestion): DialDecision {
  if (!question.entropy.isOpen) return { kind: "refuse", reason: question.entropy.reason };
  switch (question.mode) {
    case "tcp":
      return tcp("configured");
    case "udp-sec":
      return decideUdpSecOnly(question.udpSec);
    case "auto":
      return decideAuto(question.udpSec, question.remembered);
  }
}

/**
 * How an attempt at udp-sec failed.
 * - `unanswered`: no valid MSG2 within the deadline. The only failure that may fall back.
 * - `authentication`: MSG2 with a bad proof or the wrong device, or CLOSE AUTH.
 * - `handshake`: anything after MSG2 was verified; from there the attempt is bound to udp-sec
 *   (dsoftbus-transport.md#35-repeats-deadlines-refusals).
 */
export type UdpSecFailure = "unanswered" | "authentication" | "handshake";

/**
 * @param endName `ConnectionEnd.name` of the failed dial
 * @param isAuthenticated `DialHandle.isAuthenticated`: MSG2 was verified, and from there on no other transport is tried
 */
export function udpSecFailureOf(endName: string, isAuthenticated: boolean): UdpSecFailure {
  if (endName === "AUTH") return "authentication";
  return endName === "HANDSHAKE_TIMEOUT" && !isAuthenticated ? "unanswered" : "handshake";
}

export type FailureDecision =
  | {
      readonly kind: "dial";
      readonly transport: "tcp";
      readonly because: "udp-sec-unanswered";
      /** Tell `FallbackMemory`. */
      readonly remember: true;
    }
  | { readonly kind: "error"; readonly code: SelectionErrorCode };

/** What follows when an attempt at udp-sec failed. */
export function decideAfterFailure(mode: "auto" | "udp-sec", failure: UdpSecFailure): FailureDecision {
  switch (failure) {
    case "authentication":
      return { kind: "error", code: "SELECTION_AUTHENTICATION_FAILED" };
    case "handshake":
      return { kind: "error", code: "SELECTION_HANDSHAKE_FAILED" };
    case "unanswered":
      if (mode === "udp-sec") return { kind: "error", code: "SELECTION_UDP_SEC_UNANSWERED" };
      return { kind: "dial", transport: "tcp", because: "udp-sec-unanswered", remember: true };
  }
}

/**
 * Whether an established udp-sec connection that ended so makes `auto` take tcp for a while: only PATH does, the sign of a path
 * that still carries small datagrams but no full ones (dsoftbus-transport.md#8-life-of-a-connection).
 *
 * @param endName `ConnectionEnd.name`
 */
export function isEndRemembered(mode: SelectionMode, endName: string): boolean {
  return mode === "auto" && endName === "PATH";
}

function decideUdpSecOnly(udpSec: UdpSecAvailability): DialDecision {
  switch (udpSec) {
    case "available":
      return { kind: "dial", transport: "udp-sec", mayFallBack: false, because: "configured" };
    case "disabled":
      return { kind: "error", code: "SELECTION_UDP_SEC_DISABLED" };
    case "socket-unavailable":
      return { kind: "error", code: "SELECTION_UDP_SEC_SOCKET_UNAVAILABLE" };
  }
}

function decideAuto(udpSec: UdpSecAvailability, remembered: boolean): DialDecision {
  switch (udpSec) {
    case "disabled":
      return tcp("udp-sec-disabled");
    case "socket-unavailable":
      return tcp("udp-sec-socket-unavailable");
    case "available":
      if (remembered) return tcp("udp-sec-failed-recently");
      return { kind: "dial", transport: "udp-sec", mayFallBack: true, because: "preferred" };
  }
}

function tcp(because: TransportReason): DialDecision {
  return { kind: "dial", transport: "tcp", mayFallBack: false, because };
}
