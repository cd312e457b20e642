/**
 * What the checkers ask of a connection after every event. The world fills it from the connection's own statistics; the
 * checkers compare those with each other and with the limits of the specification.
 */
export interface ConnectionFacts {
  /** Node and session id, for messages. */
  readonly name: string;
  /** 16 hex digits. */
  readonly session: string;
  readonly isEstablished: boolean;
  /** A timer that declares loss or probes is armed. The idle timer, which always is, doesn't count. */
  readonly hasRecoveryTimer: boolean;
  /** A timer that asks for credit is armed. */
  readonly hasPersistTimer: boolean;
  readonly bytesInFlight: number;
  /** Bytes in flight added up anew from the records of sent packets. */
  readonly sentRecordsBytes: number;
  readonly sentRecords: number;
  readonly congestionWindowBytes: number;
  /** Unsent stream bytes while no credit is left. */
  readonly creditBlockedBytes: number;
  /** Unacknowledged and unsent. */
  readonly sendBufferBytes: number;
  readonly unreadBytes: number;
  readonly outOfOrderBytes: number;
  readonly outOfOrderSegments: number;
  /** W: what unread and out-of-order bytes may hold. */
  readonly windowBytes: number;
}

/** Limits of the specification (dsoftbus-transport.md#7-congestion-control, dsoftbus-transport.md#8-life-of-a-connection), written down here a second time on purpose. */
export interface FactLimits {
  readonly minCongestionWindowBytes: number;
  readonly maxCongestionWindowBytes: number;
  readonly sentRecords: number;
  readonly sendBufferBytes: number;
  readonly windowBytes: number;
  readonly outOfOrderSegments: number;
  /** In flight above the window that a halved window and probes may leave behind. */
  readonly maxBytesInFlight: number;
}

const MSS_BYTES = 1200;

export const SPECIFIED_LIMITS: FactLimits = {
  minCongestionWindowBytes: 2 * MSS_BYTES,
  maxCongestionWindowBytes: 2 * 1024 * 1024,
  sentRecords: 2_048,
  sendBufferBytes: 2 * 1024 * 1024,
  windowBytes: 2 * 1024 * 1024,
  outOfOrderSegments: 1_024,
  // Probes are exempt from the cap; eight records are theirs.
  maxBytesInFlight: 2 * 1024 * 1024 + 8 * MSS_BYTES,
};
