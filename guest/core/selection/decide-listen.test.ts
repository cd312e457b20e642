import { expect, test } from "vitest";
import type { SelectionMode, UdpSecAvailability } from "./decide.ts";
import { decideListen } from "./decide-listen.ts";
import type { ListenDecision } from "./decide-listen.ts";

const both: ListenDecision = { kind: "listen", udpSec: true, tcp: true };
const onlyTcp: ListenDecision = { kind: "listen", udpSec: false, tcp: true };
const onlyUdpSec: ListenDecision = { kind: "listen", udpSec: true, tcp: false };

const rows: readonly [SelectionMode, UdpSecAvailability, ListenDecision][] = [
  ["auto", "available", both],
  ["auto", "disabled", onlyTcp],
  ["auto", "socket-unavailable", onlyTcp],
  ["udp-sec", "available", onlyUdpSec],
  ["udp-sec", "disabled", { kind: "error", code: "SELECTION_UDP_SEC_DISABLED" }],
  ["udp-sec", "socket-unavailable", { kind: "error", code: "SELECTION_UDP_SEC_SOCKET_UNAVAILABLE" }],
  ["tcp", "available", onlyTcp],
  ["tcp", "disabled", onlyTcp],
  ["tcp", "socket-unavailable", onlyTcp],
];

// Requirement: S-1
test.each(rows)("listener in mode %s with udp-sec %s", (mode, udpSec, expected) => {
  expect(decideListen({ mode, udpSec, entropy: { isOpen: true } })).toEqual(expected);
});

test.each(rows)("listener in mode %s with udp-sec %s and weak entropy opens nothing", (mode, udpSec) => {
  expect(decideListen({ mode, udpSec, entropy: { isOpen: false, reason: "kernel-not-initialised" } })).toEqual({
    kind: "refuse",
    reason: "kernel-not-initialised",
  });
});
