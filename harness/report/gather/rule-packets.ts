/** Which packets a rule of evidence is about: what the page shows for who asks what it speaks of. */
import { HANDSHAKE_KINDS, SEALED_KINDS, TCP_KINDS } from "../model/packet-kinds.ts";
import type { PacketSelection } from "../model/run-data.ts";

const ALL: PacketSelection = {};
const UDP_SEC: PacketSelection = { kinds: [...HANDSHAKE_KINDS, ...SEALED_KINDS] };
const SEALED: PacketSelection = { kinds: SEALED_KINDS };
const HANDSHAKES: PacketSelection = { kinds: HANDSHAKE_KINDS };
const TCP: PacketSelection = { kinds: TCP_KINDS };
const STREAM: PacketSelection = { kinds: ["DATA", "TCP data"] };
const FAULTY: PacketSelection = { faulty: true };
/** About the machines' ends, counters or words: no packet shows it. */
const NO_PACKETS: PacketSelection = { kinds: [] };

/** By rule; a test holds it against all that there are. */
export const RULE_PACKETS: Readonly<Record<string, PacketSelection>> = {
  "capture-complete": ALL,
  "clocks-agree": ALL,
  "datagram-size": UDP_SEC,
  "no-fragments": ALL,
  "pn-unique": SEALED,
  "every-packet-opens": SEALED,
  "kernel-counters-agree": ALL,
  "ephemeral-keys-fresh": HANDSHAKES,
  "handshake-to-listed-device": HANDSHAKES,
  "bulk-content": STREAM,
  "retransmission-seen": { kinds: ["DATA"], repeated: true },
  "listener-answers": HANDSHAKES,
  "udp-handshake-seen": HANDSHAKES,
  "refused-handshake-seen": HANDSHAKES,
  "udp-sealed-both-ways": SEALED,
  "udp-bulk-volume": { kinds: ["DATA"] },
  "no-tcp-payload": TCP,
  "tcp-sealed-both-ways": TCP,
  "tcp-bulk-volume": TCP,
  "no-udp-session": UDP_SEC,
  "no-session-traffic": UDP_SEC,
  "canary-not-in-clear": ALL,
  "faults-seen": FAULTY,
  "cwnd-reacted": { kinds: ["DATA", "ACK"] },
  "same-stream-both-ends": STREAM,
  "outage-survived": SEALED,
  "fallback-within-deadline": TCP,
  "ended-by-liveness": SEALED,
  "every-pair": HANDSHAKES,
  "marker-after-wire": UDP_SEC,
  "ping-answered": { kinds: ["ICMP"] },
  "nothing-else-on-the-wire": ALL,
  "two-witnesses": ALL,
  "gateway-as-planned": ALL,
  "gateway-forgot": ALL,
  "session-outlived-mapping": SEALED,
  "strangers-kept-out": ALL,
  "machine-ending": NO_PACKETS,
  "init-finished": NO_PACKETS,
  "told-agrees": NO_PACKETS,
  observer: UDP_SEC,
  "faults-recomputed": FAULTY,
  "control-beside-bulk": STREAM,
  "bulk-as-asked": STREAM,
  "backpressure-reached": { kinds: ["DATA", "ACK", "TCP data"] },
};

/** A packet as a rule names it in what it saw. */
export interface Citation {
  /** Of one of the run's captures, or a NIC (`a.0`) whose frames are counted from 1. */
  readonly place: string;
  readonly isTap: boolean;
  readonly number: number;
}

const SWITCH = /packet (\d+) of the switch's capture/g;
const FILE = /packet (\d+) of ([\w.-]+\.pcap(?:ng)?)/g;
const TAP = /frame (\d+) at ([\w-]+\.\d+)/g;

/** @param saw what a rule saw, in its words @param switchFile the switch's capture */
export function citationsIn(saw: string, switchFile: string): Citation[] {
  return [
    ...[...saw.matchAll(SWITCH)].map(([, number]) => ({ place: switchFile, isTap: false, number: Number(number) })),
    ...[...saw.matchAll(FILE)].map(([, number, file = ""]) => ({ place: file, isTap: false, number: Number(number) })),
    ...[...saw.matchAll(TAP)].map(([, number, tap = ""]) => ({ place: tap, isTap: true, number: Number(number) })),
  ];
}
