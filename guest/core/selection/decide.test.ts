import { describe, expect, test } from "vitest";
import { decide, decideAfterFailure, isEndRemembered, udpSecFailureOf } from "./decide.ts";
import type { DialDecision, FailureDecision, SelectionMode, UdpSecAvailability, UdpSecFailure } from "./decide.ts";
import type { EntropyVerdict } from "./entropy-gate.ts";

const GOOD: EntropyVerdict = { isOpen: true };
const WEAK: EntropyVerdict = { isOpen: false, reason: "no-hardware-source" };
const MODES: readonly SelectionMode[] = ["auto", "udp-sec", "tcp"];
const AVAILABILITIES: readonly UdpSecAvailability[] = ["available", "disabled", "socket-unavailable"];

const udpSec = (mayFallBack: boolean, because: "preferred" | "configured"): DialDecision => ({
  kind: "dial",
  transport: "udp-sec",
  mayFallBack,
  because,
});
const tcp = (because: Extract<DialDecision, { kind: "dial" }>["because"]): DialDecision => ({
  kind: "dial",
  transport: "tcp",
  mayFallBack: false,
  because,
});

describe("decide: every row of dsoftbus-transport.md#11-selection-policy with good entropy", () => {
  const rows: readonly [SelectionMode, UdpSecAvailability, boolean, DialDecision][] = [
    ["auto", "available", false, udpSec(true, "preferred")],
    ["auto", "available", true, tcp("udp-sec-failed-recently")],
    ["auto", "disabled", false, tcp("udp-sec-disabled")],
    ["auto", "disabled", true, tcp("udp-sec-disabled")],
    ["auto", "socket-unavailable", false, tcp("udp-sec-socket-unavailable")],
    ["auto", "socket-unavailable", true, tcp("udp-sec-socket-unavailable")],
    ["udp-sec", "available", false, udpSec(false, "configured")],
    ["udp-sec", "available", true, udpSec(false, "configured")],
    ["udp-sec", "disabled", false, { kind: "error", code: "SELECTION_UDP_SEC_DISABLED" }],
    ["udp-sec", "disabled", true, { kind: "error", code: "SELECTION_UDP_SEC_DISABLED" }],
    ["udp-sec", "socket-unavailable", false, { kind: "error", code: "SELECTION_UDP_SEC_SOCKET_UNAVAILABLE" }],
    ["udp-sec", "socket-unavailable", true, { kind: "error", code: "SELECTION_UDP_SEC_SOCKET_UNAVAILABLE" }],
    ["tcp", "available", false, tcp("configured")],
    ["tcp", "available", true, tcp("configured")],
    ["tcp", "disabled", false, tcp("configured")],
    ["tcp", "disabled", true, tcp("configured")],
    ["tcp", "socket-unavailable", false, tcp("configured")],
    ["tcp", "socket-unavailable", true, tcp("configured")],
  ];
  // Requirements: S-2, S-4
  test.each(rows)("mode %s, udp-sec %s, remembered %s", (mode, availability, remembered, expected) => {
    expect(decide({ mode, udpSec: availability, entropy: GOOD, remembered })).toEqual(expected);
  });

  test("the rows above are all there are", () => {
    const keys = new Set(rows.map(([mode, availability, remembered]) => `${mode}/${availability}/${remembered}`));
    expect(keys.size).toBe(MODES.length * AVAILABILITIES.length * 2);
  });
});

// Requirement: S-7
describe("decide: weak entropy refuses in every mode, and never falls back", () => {
  for (const mode of MODES) {
    for (const availability of AVAILABILITIES) {
      test.each([false, true])(`mode ${mode}, udp-sec ${availability}, remembered %s`, (remembered) => {
        expect(decide({ mode, udpSec: availability, entropy: WEAK, remembered })).toEqual({
          kind: "refuse",
          reason: "no-hardware-source",
        });
      });
    }
  }
});

describe("decideAfterFailure", () => {
  const rows: readonly ["auto" | "udp-sec", UdpSecFailure, FailureDecision][] = [
    ["auto", "unanswered", { kind: "dial", transport: "tcp", because: "udp-sec-unanswered", remember: true }],
    ["auto", "authentication", { kind: "error", code: "SELECTION_AUTHENTICATION_FAILED" }],
    ["auto", "handshake", { kind: "error", code: "SELECTION_HANDSHAKE_FAILED" }],
    ["udp-sec", "unanswered", { kind: "error", code: "SELECTION_UDP_SEC_UNANSWERED" }],
    ["udp-sec", "authentication", { kind: "error", code: "SELECTION_AUTHENTICATION_FAILED" }],
    ["udp-sec", "handshake", { kind: "error", code: "SELECTION_HANDSHAKE_FAILED" }],
  ];
  // Requirements: H-52, S-5
  test.each(rows)("mode %s, failure %s", (mode, failure, expected) => {
    expect(decideAfterFailure(mode, failure)).toEqual(expected);
  });
});

// Requirements: S-3, H-52
describe("udpSecFailureOf: only silence before a verified MSG2 may lead to another transport", () => {
  test.each([
    ["HANDSHAKE_TIMEOUT", false, "unanswered"],
    ["HANDSHAKE_TIMEOUT", true, "handshake"],
    ["AUTH", false, "authentication"],
    ["AUTH", true, "authentication"],
    ["BUSY", false, "handshake"],
    ["BUSY", true, "handshake"],
    ["PROTOCOL", true, "handshake"],
  ] as const)("end %s, MSG2 verified %s: %s", (endName, isAuthenticated, failure) => {
    expect(udpSecFailureOf(endName, isAuthenticated)).toBe(failure);
  });
});

describe("isEndRemembered", () => {
  test.each([
    ["auto", "PATH", true],
    ["auto", "IDLE", false],
    ["auto", "AUTH", false],
    ["auto", "NO_ERROR", false],
    ["udp-sec", "PATH", false],
    ["tcp", "PATH", false],
  ] as const)("mode %s, end %s: %s", (mode, endName, expected) => {
    expect(isEndRemembered(mode, endName)).toBe(expected);
  });
});
