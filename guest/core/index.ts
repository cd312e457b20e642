/**
 * The door of the core: a secure transport for a device bus, as synchronous machines without clock, randomness, timers or I/O
 * of their own.
 *
 * - UDP: one `Endpoint` per socket makes `ConnectionHandle`s, dialled or accepted.
 * - TCP: one `TcpSecConnection` per TCP connection; `AdmissionTable` bounds those not yet authenticated.
 * - Both are a `ByteStream`; one `MuxSession` per byte stream makes `MuxStream`s.
 * - `decide` and its neighbours say which transport to take.
 *
 * Every time is in milliseconds of one monotonic clock of the caller's: how it relates to the calendar doesn't matter, but it
 * must never go back. Every array that goes in is copied or only read; every array that comes out is the caller's. Nothing
 * throws for what comes off the wire; what a caller does wrong is an error with a stable `code`.
 *
 * What is not exported here can't be imported from outside of the core: an import rule refuses it.
 */

// ---- what all transports share
export type { Address } from "./address.ts";
export { AddressError, sourceOf } from "./mapped-address.ts";
export type { ByteStream, Role, TransportKind } from "./byte-stream.ts";
export { CloseCode } from "./connection-end.ts";
export type { ConnectionEnd, LocalEndName } from "./connection-end.ts";
export { EndpointBudget } from "./endpoint-budget.ts";
export { DatagramSlab } from "./udp-sec/packet/datagram-slab.ts";
/** For clocks that keep many timers and arm one. */
export { DeadlineHeap, HeapItem } from "./deadline-heap.ts";
/** One for all UDP sockets and TCP listeners of a device: `EndpointOptions.handshakeRate`, and asked per TCP connection. */
export { HandshakeRate } from "./handshake-rate.ts";

// ---- observation
export type { TraceSink } from "./trace.ts";
export type { KeyLog } from "./key-log.ts";
export { qlogEvent } from "./qlog/qlog-schema.ts";
export { QlogFile } from "./qlog/qlog-file.ts";
export { QlogWriter } from "./qlog/qlog-writer.ts";

// ---- cryptography and identity
export { AEAD_TAG_BYTES, X25519_KEY_BYTES } from "./crypto/primitives.ts";
export type { Aead, CryptoPrimitives, X25519Key } from "./crypto/primitives.ts";
export { aeadWith } from "./crypto/aead-with.ts";
export { nobleCrypto } from "./crypto/noble.ts";
/** For other implementations of the primitives: what each must refuse, and what it throws once wiped. */
export { isAcceptableEd25519Key } from "./crypto/strict-ed25519.ts";
export { WipedKeyError } from "./crypto/wiped-key.ts";
export { RawX25519Key } from "./crypto/raw-x25519-key.ts";
export type { AcceptPolicy } from "./identity/peer.ts";
export { DeviceIdentity } from "./identity/device-identity.ts";
/** The handshake pattern by itself, for test vectors. */
export { HandshakeState, PROTOCOL_NAME } from "./noise/handshake-state.ts";
export type { CipherState } from "./noise/cipher-state.ts";
export { NoiseError } from "./noise/noise-error.ts";

// ---- udp-sec
export { Endpoint } from "./udp-sec/endpoint/endpoint.ts";
export type { DialOptions } from "./udp-sec/endpoint/endpoint-options.ts";
export { DEFAULT_ENDPOINT_LIMITS } from "./udp-sec/endpoint/endpoint-options.ts";
export type { EndpointLimits, EndpointOptions } from "./udp-sec/endpoint/endpoint-options.ts";
export type { EndpointEvent, EndpointStats } from "./udp-sec/endpoint/endpoint-event.ts";
export type { DialTarget } from "./udp-sec/handshake/handshake-settings.ts";
export { EndpointError } from "./udp-sec/endpoint/endpoint-error.ts";
export type { ConnectionHandle } from "./udp-sec/endpoint/connection-entry.ts";
export type { DialHandle } from "./udp-sec/endpoint/dial-handle.ts";
export { FALLBACK_DEADLINE_MS, HANDSHAKE_DEADLINE_MS } from "./udp-sec/handshake/constants.ts";
export { MAX_UDP_DATAGRAM_BYTES } from "./udp-sec/packet/header.ts";
export { bucketLimits } from "./udp-sec/handshake/handshake-limits.ts";
export { DEFAULT_TRANSPORT_PARAMETERS } from "./udp-sec/handshake/transport-parameters.ts";
export { DEFAULT_CONNECTION_LIMITS } from "./udp-sec/connection/connection-limits.ts";
/** Congestion control is replaceable: see `EndpointOptions.congestion`. */
export type {
  CongestionController,
  CongestionControllerFactory,
  CongestionPacket,
  CongestionPhase,
  CongestionRtt,
  CongestionSetup,
} from "./udp-sec/congestion/congestion-controller.ts";
export type { DropReason } from "./udp-sec/packet/drop-reason.ts";
export type { ConnectionStats } from "./udp-sec/connection/connection-stats.ts";
export { PacketType } from "./udp-sec/packet/header.ts";
/** One connection without its endpoint, and the seam between the two: for worlds that put something else in its place. */
export { Connection } from "./udp-sec/connection/connection.ts";
export type { ConnectionSetup } from "./udp-sec/connection/connection-setup.ts";
export type {
  ConnectionFactory,
  TransportConnection,
  TransportEvent,
} from "./udp-sec/connection/transport-connection.ts";

// ---- tcp-sec
export { TcpSecConnection } from "./tcp-sec/tcp-sec-connection.ts";
export type { TcpSecOptions } from "./tcp-sec/tcp-sec-options.ts";
export type { TcpSecEvent } from "./tcp-sec/tcp-sec-event.ts";
export { TokenBuckets } from "./token-buckets.ts";
export { AdmissionTable, DEFAULT_ADMISSION_LIMITS } from "./tcp-sec/admission.ts";
export type { AdmissionLimits } from "./tcp-sec/admission.ts";

// ---- mux
export { MuxSession } from "./mux/mux-session.ts";
export type { MuxStream } from "./mux/mux-stream.ts";
export type { MuxEvent } from "./mux/mux-event.ts";
export { MuxError } from "./mux/mux-error.ts";
export { MAX_OPEN_STREAMS_PER_OPENER, RstCode } from "./mux/constants.ts";
export { DEFAULT_MUX_LIMITS } from "./mux/limits.ts";

// ---- selection
export { decide, decideAfterFailure, isEndRemembered, udpSecFailureOf } from "./selection/decide.ts";
export type { UdpSecAvailability, UdpSecFailure } from "./selection/decide.ts";
export { decideListen } from "./selection/decide-listen.ts";
export { judgeEntropy } from "./selection/entropy-gate.ts";
export type { EntropyVerdict } from "./selection/entropy-gate.ts";
export { FallbackMemory } from "./selection/fallback-memory.ts";

// ---- discovery
export { decodeAnnouncement, DISCOVERY_PORT, encodeAnnouncement } from "./discovery/announcement.ts";
export type { Announcement } from "./discovery/announcement.ts";
export { DeviceTable } from "./discovery/device-table.ts";
export type { DiscoveredDevice } from "./discovery/device-table.ts";

// ---- bytes, as the rest of the guest needs them
export { concatBytes } from "./bytes/concat.ts";
export { fromHex, toHex } from "./bytes/hex.ts";
export { ByteReader } from "./bytes/reader.ts";
export { decodeUtf8, encodeUtf8 } from "./bytes/utf8.ts";
export { ByteWriter } from "./bytes/writer.ts";
