/**
 * What the processes of a machine are told (JSON): in a guest each by a file of its own (fw_cfg `opt/udpsec/process-N`), on a host all by
 * one file.
 * One image serves every run: everything that differs between runs is in here.
 */

import type { ServiceName } from "./service-names.ts";

export type TransportMode = "auto" | "udp-sec" | "tcp";
export type EntropyPolicy = "hardware" | "kernel";

export const PROBE_NAMES = [
  "control",
  "bulk",
  "backpressure",
  "fallback",
  "rng-gate",
  "identity-reject",
  "many-streams",
  "reset",
  "half-close",
  "peer-loss",
  "reconnect",
  "soak",
] as const;
export type ProbeName = (typeof PROBE_NAMES)[number];

export interface GuestConfiguration {
  readonly version: 1;
  /** Shown in events so that a transcript names its run. */
  readonly run: string;
  /** The node's name in the profile: `a`, `b`, ... */
  readonly node: string;
  /** Started in this order: on a host all at once, in a machine self-tests one after the other. It is over when every self-test is, or a daemon dies. */
  readonly processes: readonly ProcessConfiguration[];
  /** Test only: the secrets of sessions go to the event port so that captures can be opened. Off by default. */
  readonly keyLog: boolean;
  /** Each process tells the event port what its endpoints do, as qlog has it, up to so many bytes. It slows them. Absent: they don't. */
  readonly qlogBytes?: number;
  /** Self-tests done, daemons go on for this long so that peers can finish, at most (ms). They also end on SIGTERM. */
  readonly lingerMs: number;
}

export type ProcessConfiguration = DaemonConfiguration | SelftestConfiguration;

export interface BusConfiguration {
  /** Where in the guest it runs: the root network namespace or the second one. */
  readonly namespace: "root" | "second";
  /** 32-byte Ed25519 secret seed, hex. */
  readonly identitySeed: string;
  readonly mode: TransportMode;
  /** False: udp-sec is disabled by configuration; `auto` takes tcp. */
  readonly udpSecEnabled: boolean;
  readonly entropyPolicy: EntropyPolicy;
  readonly peers: readonly PeerConfiguration[];
  /** Accept devices that are not in the peer table. Never the default. */
  readonly allowUnknownPeers: boolean;
  /** Bounds that differ from the defaults; absent: none does. */
  readonly limits?: LimitsConfiguration;
}

/**
 * Bounds of the transports (dsoftbus-transport.md#3-handshake-over-udp, dsoftbus-transport.md#9-bounds-and-codes,
 * dsoftbus-transport.md#10-tcp-transport); each absent key keeps its default.
 */
export interface LimitsConfiguration {
  /** udp-sec: dial attempts, accepted and dialled connections together. Default 4,096. */
  readonly connections?: number;
  /** Handshakes that one address (IPv6: /64) may begin in a second, over both transports: after that udp-sec answers RETRY, and TCP is closed. Default 20. */
  readonly handshakesPerSecond?: number;
  /** How many of them at once. Default 5. */
  readonly handshakeBurst?: number;
  /** udp-sec: half-open handshakes of one address. Default 16. */
  readonly halfOpenPerAddress?: number;
  /** udp-sec: receive windows of all connections; each reserves 256 KiB when it is accepted. Default 64 MiB. */
  readonly receiveBudgetBytes?: number;
  /** udp-sec: send buffers of all connections. Default 64 MiB. */
  readonly sendBudgetBytes?: number;
  /** tcp: connections that are in the handshake. Default 64. */
  readonly tcpUnauthenticated?: number;
  /** tcp: of these, from one address. Default 8. */
  readonly tcpUnauthenticatedPerAddress?: number;
}

const KIB = 1024;
const GIB = 1024 * 1024 * 1024;
/** Lowest and highest value of each limit: below the lowest not even one connection would work. docs/daemon.md shows the same table. */
export const LIMIT_RANGES: Readonly<Record<keyof LimitsConfiguration, readonly [number, number]>> = {
  connections: [1, 65_536],
  handshakesPerSecond: [1, 1_000_000],
  handshakeBurst: [1, 1_000_000],
  halfOpenPerAddress: [1, 256],
  receiveBudgetBytes: [256 * KIB, 64 * GIB],
  sendBudgetBytes: [64 * KIB, 64 * GIB],
  tcpUnauthenticated: [1, 65_536],
  tcpUnauthenticatedPerAddress: [1, 65_536],
};

export interface DaemonConfiguration extends BusConfiguration {
  readonly kind: "dsoftbusd";
  /** UDP and TCP listen on the same port number. */
  readonly listen: { readonly host: string; readonly port: number };
  /** What it serves, of what its program carries. Absent: `control` and `status`. */
  readonly services?: readonly ServiceName[];
  /**
   * For tests: names of `peers`. Once one of them has ended its session in order and no session is left, an agent without self-tests
   * takes its work for done. Absent: none; only `lingerMs` and signals end it.
   */
  readonly endsAfter?: readonly string[];
  /** Announcements over UDP (docs/distributed/discovery.md); absent: off. */
  readonly discovery?: DiscoveryConfiguration;
}

/** What may come of a device that was heard of; the handshake decides in any case. */
export type DiscoveryTrust = "peer-table" | "trust-on-first-use";

export interface DiscoveryConfiguration {
  /** Where announcements are received, and what they are sent from. */
  readonly bind: { readonly host: string; readonly port: number };
  /** Broadcast or unicast addresses that are told of this device; empty: it only listens. */
  readonly announceTo: readonly { readonly host: string; readonly port: number }[];
  readonly intervalMs: number;
  /** How long a device counts as present after its last announcement. */
  readonly timeToLiveMs: number;
  /** `trust-on-first-use` also dials and accepts devices that the peer table doesn't hold. */
  readonly trust: DiscoveryTrust;
}

export interface SelftestConfiguration extends BusConfiguration {
  readonly kind: "selftest";
  /** u32 that the content of the probes is drawn from, so that no two runs carry the same bytes. Absent: 0. */
  readonly contentSeed?: number;
  /** 32-byte Ed25519 secret seed, hex: as whom `identity-reject` dials to be refused. Absent: drawn by the probe. */
  readonly strangerSeed?: string;
  /** Run one after the other against `target`; each prints its marker only after its own check. */
  readonly probes: readonly ProbeConfiguration[];
  /** Name of the peer (in `peers`) that is probed. */
  readonly target: string;
}

export interface ProbeConfiguration {
  readonly name: ProbeName;
  /** Probes that move bulk: bytes each way; 1 .. 1 GiB. */
  readonly bytes?: number;
  /** Probes that exchange messages: how many requests; 1 .. 1,000,000. */
  readonly messages?: number;
  /** soak: how long; 1 .. 86,400. */
  readonly seconds?: number;
}

/**
 * What a probe does that is not told otherwise, and what a profile asks for that doesn't say: enough for slow start to end and for
 * losses to show.
 */
export const PROBE_DEFAULTS = { bytes: 262_144, messages: 100, seconds: 60 } as const satisfies Omit<
  Required<ProbeConfiguration>,
  "name"
>;

export interface PeerConfiguration {
  /** Short name used in events and by `target`. */
  readonly name: string;
  /** Lowercase hex SHA-256 of the Ed25519 public key. */
  readonly deviceId: string;
  /** Noise static public key, hex. */
  readonly staticKey: string;
  readonly host: string;
  readonly port: number;
  /** Daemons only: keep a session to this peer, dial again with backoff. Port 0: where discovery says that it is. */
  readonly dial: boolean;
}

/** Bytes that the bulk probe's content contains every 4 KiB; the evidence looks for them in clear on the wire. */
export const BULK_CANARY = "udpsec-canary-7f3a9c51";
