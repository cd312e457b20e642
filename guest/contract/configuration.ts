/**
 * What the harness puts into a guest (fw_cfg `opt/udpsec/config`, JSON) and what each process of the guest is told by the agent.
 * One image serves every run: everything that differs between runs is in here.
 */

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
] as const;
export type ProbeName = (typeof PROBE_NAMES)[number];

export interface GuestConfiguration {
  readonly version: 1;
  /** Shown in events so that a transcript names its run. */
  readonly run: string;
  /** The node's name in the profile: `a`, `b`, ... */
  readonly node: string;
  /** Started in this order, all at once; the agent exits when every self-test has, or when a daemon dies. */
  readonly processes: readonly ProcessConfiguration[];
  /** Test only: session keys go to the event port so that the evidence can open packets. Off by default. */
  readonly keyLog: boolean;
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
}

export interface DaemonConfiguration extends BusConfiguration {
  readonly kind: "dsoftbusd";
  /** UDP and TCP listen on the same port number. */
  readonly listen: { readonly host: string; readonly port: number };
}

export interface SelftestConfiguration extends BusConfiguration {
  readonly kind: "selftest";
  /** Run one after the other against `target`; each prints its marker only after its own check. */
  readonly probes: readonly ProbeConfiguration[];
  /** Name of the peer (in `peers`) that is probed. */
  readonly target: string;
}

export interface ProbeConfiguration {
  readonly name: ProbeName;
  /** bulk: bytes each way. Default 262,144. */
  readonly bytes?: number;
  /** control: number of request/response messages. Default 100. */
  readonly messages?: number;
}

export interface PeerConfiguration {
  /** Short name used in events and by `target`. */
  readonly name: string;
  /** Lowercase hex SHA-256 of the Ed25519 public key. */
  readonly deviceId: string;
  /** Noise static public key, hex. */
  readonly staticKey: string;
  readonly host: string;
  readonly port: number;
  /** Daemons only: keep a session to this peer, dial again with backoff. */
  readonly dial: boolean;
}

/** Bytes that the bulk probe's content contains every 4 KiB; the evidence looks for them in clear on the wire. */
export const BULK_CANARY = "udpsec-canary-7f3a9c51";
