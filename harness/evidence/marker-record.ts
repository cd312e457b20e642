/**
 * What each marker of the list stands on: which rules confirm it, what those rules look at, and what of its claim nobody outside of the
 * guest can see. `docs/evidence.md` is made of this.
 */

/** What a rule reads. Of `keys` a guest tells its ephemeral ones, each of which the wire proves right or useless; `told` is the guest's alone, and helps to read the others. */
export const SOURCES = {
  capture: "the captures: QEMU's at each NIC, and the switch's",
  clock: "the switch's notes, on the clock of its capture",
  keys: "what opens the sessions: secrets that the harness made or its own peer told, and a guest's where they fit the wire",
  plan: "the profile and the plan: who is who, what was asked for",
  kernel: "the kernels' counters, written by init",
  qemu: "QEMU: its control channel and its end",
  told: "what the guest told of its congestion windows, its probes and its processes: nothing is believed for it, though it may be denied by it",
} as const;

export type Source = keyof typeof SOURCES;

/** All that stays the guest's word; there is no other kind. */
export const REMAINDERS = {
  entropy: "that its randomness is good: no two keys are the same is all that can be seen",
  independence: "where one machine is both ends: that the other end would not have taken anything else",
  unprovoked: "that it would have refused what nobody tried",
  memory: "that a process looked at its own memory: compared what it held, stopped at its own limit",
} as const;

export type Remainder = keyof typeof REMAINDERS;

/** Of each rule, what it reads. */
export const RULE_SOURCES: Readonly<Record<string, readonly Source[]>> = {
  "capture-complete": ["capture"],
  "clocks-agree": ["capture", "kernel", "plan"],
  "datagram-size": ["capture"],
  "no-fragments": ["capture"],
  "pn-unique": ["capture"],
  "every-packet-opens": ["capture", "keys"],
  "kernel-counters-agree": ["capture", "kernel"],
  "ephemeral-keys-fresh": ["capture"],
  "handshake-to-listed-device": ["capture", "plan"],
  "bulk-content": ["capture", "plan", "keys"],
  "retransmission-seen": ["capture", "plan"],
  "listener-answers": ["capture", "plan"],
  "udp-handshake-seen": ["capture"],
  "refused-handshake-seen": ["capture"],
  "udp-sealed-both-ways": ["capture", "keys"],
  "udp-bulk-volume": ["capture", "plan", "keys"],
  "no-tcp-payload": ["capture"],
  "tcp-sealed-both-ways": ["capture", "keys"],
  "tcp-bulk-volume": ["capture", "plan", "keys"],
  "no-udp-session": ["capture"],
  "no-session-traffic": ["capture"],
  "canary-not-in-clear": ["capture", "plan"],
  "faults-seen": ["capture", "plan"],
  "gateway-as-planned": ["capture", "clock", "plan"],
  "gateway-forgot": ["capture", "clock", "plan"],
  "session-outlived-mapping": ["capture", "clock"],
  "strangers-kept-out": ["capture", "plan"],
  "cwnd-reacted": ["capture", "keys", "told"],
  "same-stream-both-ends": ["capture", "keys"],
  "outage-survived": ["capture", "plan", "keys"],
  "fallback-within-deadline": ["capture"],
  "ended-by-liveness": ["capture", "clock", "plan"],
  "every-pair": ["capture", "plan"],
  "marker-after-wire": ["capture", "clock", "keys"],
  "ping-answered": ["capture"],
  "nothing-else-on-the-wire": ["capture", "plan", "keys"],
  "two-witnesses": ["capture"],
  "faults-recomputed": ["capture", "clock", "plan"],
  "init-finished": ["kernel", "plan", "qemu"],
  "machine-ending": ["qemu", "plan"],
  "told-agrees": ["told", "capture", "keys"],
  observer: ["capture", "keys", "plan"],
  "control-beside-bulk": ["capture", "keys", "plan"],
  "bulk-as-asked": ["capture", "keys", "plan"],
  "backpressure-reached": ["capture", "keys", "plan"],
};

export interface MarkerRecord {
  /** Rules, each of which must speak for it. */
  readonly confirmedBy: readonly string[];
  /** What of its claim they show. */
  readonly shows: string;
  readonly guestsWord: readonly Remainder[];
}

/** By id of the marker. */
export const MARKER_RECORDS: Readonly<Record<string, MarkerRecord>> = {
  "listener-up": {
    confirmedBy: ["listener-answers"],
    shows:
      "the port that it names is the one that it was told, and answers there. Nothing to judge where nobody could ask",
    guestsWord: ["entropy"],
  },
  "session-ok": {
    confirmedBy: ["udp-handshake-seen"],
    shows: "a whole handshake; with `observer`, that each proof is of the device whose key it is",
    guestsWord: ["independence", "memory"],
  },
  "selected-udp-sec": {
    confirmedBy: ["udp-sealed-both-ways", "no-tcp-payload"],
    shows: "a session carries data both ways over UDP, and none over TCP",
    guestsWord: [],
  },
  "mux-data-ok": {
    confirmedBy: ["udp-sealed-both-ways"],
    shows: "data both ways; with `observer`, that the frames and each digest are right",
    guestsWord: ["independence", "memory"],
  },
  "control-ok": {
    confirmedBy: ["udp-sealed-both-ways", "control-beside-bulk"],
    shows:
      "as many answers as were asked for, with bulk beside them; with `observer`, that request and reply prove each other",
    guestsWord: ["independence", "memory"],
  },
  "bulk-ok": {
    confirmedBy: ["udp-bulk-volume", "canary-not-in-clear", "bulk-as-asked"],
    shows:
      "as much as was asked for, of this run, both ways, and nothing of it in clear; with `observer`, that each byte is the seed's",
    guestsWord: ["independence", "memory"],
  },
  "backpressure-ok": {
    confirmedBy: ["udp-sealed-both-ways", "backpressure-reached"],
    shows:
      "the credit was used up before the gate opened, and all was read afterwards; with `observer`, that none was given in between",
    guestsWord: ["independence", "memory"],
  },
  "disabled-fallback": {
    confirmedBy: ["no-udp-session"],
    shows: "no session over UDP stands beside it",
    guestsWord: [],
  },
  "fallback-ok": {
    confirmedBy: [
      "tcp-sealed-both-ways",
      "tcp-bulk-volume",
      "no-udp-session",
      "canary-not-in-clear",
      "control-beside-bulk",
      "bulk-as-asked",
      "backpressure-reached",
    ],
    shows: "the same three probes over TCP, and nothing over UDP",
    guestsWord: ["independence", "memory"],
  },
  "rng-blocked": {
    confirmedBy: ["no-session-traffic"],
    shows: "nothing of the protocol leaves or is answered",
    guestsWord: ["unprovoked"],
  },
  "rng-gate-ok": {
    confirmedBy: ["no-session-traffic"],
    shows: "nothing of the protocol leaves or is answered",
    guestsWord: ["memory"],
  },
  "identity-reject-ok": {
    confirmedBy: ["refused-handshake-seen"],
    shows: "both dials got as far as the proof that must be refused, and no further",
    guestsWord: ["independence"],
  },
  "peer-loss-ok": {
    confirmedBy: ["ended-by-liveness"],
    shows:
      "the peer was killed, or a gateway forgot the way to it, the path fell silent, and this end stopped within its bound",
    guestsWord: [],
  },
  "peer-honest": {
    confirmedBy: ["observer"],
    shows:
      "sessions in which each service worked, with nothing against either side; the process that says it is the harness's",
    guestsWord: [],
  },
  "peer-lies": {
    confirmedBy: ["observer"],
    shows: "each lie where it was told, and nothing against the guest; the process that says it is the harness's",
    guestsWord: [],
  },
  "conform-passed": {
    confirmedBy: ["observer"],
    shows:
      "the handshakes, packets and records of all cases, and nothing against the machine; the process that says it is the harness's",
    guestsWord: [],
  },
  "foreign-up": {
    confirmedBy: ["machine-ending"],
    shows: "the init of an image that the harness made ran to its power-off",
    guestsWord: [],
  },
  "foreign-done": {
    confirmedBy: ["machine-ending"],
    shows: "the init of an image that the harness made ran to its power-off",
    guestsWord: [],
  },
  "uboot-alive": {
    confirmedBy: ["ping-answered"],
    shows: "an ICMP echo of its NIC, and the reply that came back to it with the same content",
    guestsWord: [],
  },
  "uboot-off": {
    confirmedBy: ["machine-ending"],
    shows: "the machine powered itself off, which its firmware does when it is told so",
    guestsWord: [],
  },
  "bare-up": {
    confirmedBy: ["machine-ending"],
    shows: "the machine powered itself off, which only the last instructions of a page that the harness assembled do",
    guestsWord: [],
  },
  "bare-sum": {
    confirmedBy: ["machine-ending"],
    shows: "the same: with another sum the page never gets there",
    guestsWord: [],
  },
  "bare-done": {
    confirmedBy: ["machine-ending"],
    shows: "the same",
    guestsWord: [],
  },
  "first-boot": {
    confirmedBy: ["machine-ending"],
    shows: "the machine powered itself off, which the page that the harness assembled does at its third boot alone",
    guestsWord: [],
  },
  "second-boot": {
    confirmedBy: ["machine-ending"],
    shows: "the same, and QEMU's word that it was reset",
    guestsWord: [],
  },
  "third-boot": {
    confirmedBy: ["machine-ending"],
    shows: "the same",
    guestsWord: [],
  },
};
