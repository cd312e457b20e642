/**
 * Bounds of one connection (dsoftbus-transport.md#9-bounds-and-codes). Each is injectable, so that a test can stand at its
 * edge; what a peer could make us hold beyond them does not exist.
 */
export interface ConnectionLimits {
  /**
   * Written and not yet delivered, in bytes. Default 2 MiB; 1 or more. At the limit `write` takes 0. Less than bandwidth x
   * round trip makes a long path slow; all connections together are bounded by the endpoint's send budget.
   */
  readonly sendBufferBytes: number;
  /**
   * Datagram bytes in flight, whatever the congestion window says. Default 2 MiB; two datagrams or more. 100 Mbit/s over a round
   * trip of 100 ms need 1.25 MB.
   */
  readonly inFlightBytes: number;
  /**
   * Ack-eliciting packets remembered, in flight or lost. Default 2,048, which is more than `inFlightBytes` in full datagrams; more
   * than `probeRecords`. Small packets reach it first, and then wait.
   */
  readonly sentRecords: number;
  /** Of `sentRecords`, how many only probes may use. Default 8; 1 or more, or a full flight could never be probed. */
  readonly probeRecords: number;
  /** Pieces received ahead of their turn. Default 1,024; 1 or more. Beyond, a packet is dropped and its sender sends it again. */
  readonly outOfOrderSegments: number;
  /**
   * How far the receive window may grow from what the handshake declared, in bytes. Default 2 MiB; a smaller one than was declared keeps
   * it as it is. More is faster on long paths, and is reserved from the endpoint's budget.
   */
  readonly maxWindowBytes: number;
  /**
   * The last packet number for data; CLOSE may go beyond (dsoftbus-transport.md#44-limits-of-keys). Default 2^31, which no
   * number may exceed; 1 or more.
   */
  readonly lastPacketNumber: number;
  /** Datagrams that failed to open, until the connection ends with AEAD_LIMIT. Default 2^36 (RFC 9001 6.6); 1 or more. */
  readonly failedOpens: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  sendBufferBytes: 2 * 1024 * 1024,
  inFlightBytes: 2 * 1024 * 1024,
  sentRecords: 2_048,
  probeRecords: 8,
  outOfOrderSegments: 1_024,
  maxWindowBytes: 2 * 1024 * 1024,
  lastPacketNumber: 2 ** 31,
  failedOpens: 2 ** 36,
};
