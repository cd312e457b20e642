/** What goes over the event port beside the markers: kinds and their data. */
export const EventKind = {
  /** `{text}`: the twin of a line on the serial console. */
  MARKER: "marker",
  /** `{line}`: a line of the key log (key-log-line.ts); test only (`keyLog`). */
  KEY_LOG: "key-log",
  /** `SessionKeysData`; test only (`keyLog`). They open packets; nothing binds them to a handshake. */
  SESSION_KEYS: "session-keys",
  /** `{events}`, each `{time, name, group_id, data}`: events of qlog (docs/tracing.md); only if asked for (`qlogBytes`). */
  QLOG: "qlog",
  /** `{bytes}`: this process told so much of qlog, which is as much as it may; no more of it comes. */
  QLOG_ENDED: "qlog-ended",
  /** `{run, node, pid, crypto, entropyPolicy}` */
  PROCESS_STARTED: "process-started",
  /** `{process, status, signal, expected}` */
  PROCESS_ENDED: "process-ended",
  /** `{port, udpSec, tcp, entropy}`: `entropy` is what the gate believed. */
  LISTENING: "listening",
  /**
   * `{family, code}`, and `host` (a local address) or `interface` and `mtuBytes` if it concerns these alone: udp-sec can't be had there.
   * Told once until it was had in between.
   */
  UDP_UNAVAILABLE: "udp-unavailable",
  /** `{reason, entropy}`: `entropy` is what the gate believed. */
  BLOCKED: "blocked",
  /** `{}`: the entropy gate opened after it was shut. */
  UNBLOCKED: "unblocked",
  /** `{device, host, port, services}`: an announcement of a device that was not known to be there. */
  DISCOVERED: "discovered",
  /** `{device, reason}`: an announced device that is not dialled: `key-differs`, `too-many`. */
  DISCOVERY_REFUSED: "discovery-refused",
  /** `{peer, transport, dialled}` */
  SESSION_ESTABLISHED: "session-established",
  /** `{peer, transport, dialled, end}` */
  SESSION_CLOSED: "session-closed",
  /** `{peer}`: udp-sec was given up for a peer. */
  FALLBACK: "fallback",
  /** `{peer, code, message, retryInMs}` */
  DIAL_FAILED: "dial-failed",
  /** `{service, code, message}` */
  SERVICE_FAILED: "service-failed",
  /** `{service, ...}`: what a service did, with figures. */
  SERVICE_DONE: "service-done",
  /** `{sessions}`: all stats, once a second while sessions live, after five minutes every ten. */
  METRICS: "metrics",
  /** `{connection, ...}`: a change of the congestion state, thinned out. */
  CONGESTION: "congestion",
  /** `{probe}`, `{probe, durationMs, ...figures}`, `{probe, code, message}` */
  PROBE_STARTED: "probe-started",
  PROBE_PASSED: "probe-passed",
  PROBE_FAILED: "probe-failed",
  /** `{probe, ...figures}`: so far, of a probe that takes long. */
  PROBE_PROGRESS: "probe-progress",
  /** `{probe}`: it waits for what somebody else must do, such as a restart of the daemon. */
  PROBE_WAITING: "probe-waiting",
  /** `{rssBytes, heapUsedBytes, externalBytes}` of the process, every 10 s. */
  MEMORY: "memory",
  /** `{dropped}`: so many events since the last one of this kind could not be written, to a full disk, say. */
  EVENTS_DROPPED: "events-dropped",
  /** `{file, mode}`: a file that holds a secret can be read by others. */
  SECRET_READABLE: "secret-readable",
  /** `{code, message}`, and `origin` and `stack` of an error that nobody caught (`UNCAUGHT`): a process ends because of it. */
  FATAL: "fatal",
} as const;

/**
 * Hex. `sessionId`: of udp-sec, 16 digits in the order of the wire; of tcp, which has none, the 64 digits of the handshake hash.
 */
export interface SessionKeysData {
  readonly sessionId: string;
  readonly initiatorKey: string;
  readonly responderKey: string;
}
