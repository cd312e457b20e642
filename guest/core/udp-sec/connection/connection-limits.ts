/** Bounds of one connection (dsoftbus-transport.md#9-bounds-and-codes). All injectable so that each is testable at limit - 1, limit, limit + 1. */
export interface ConnectionLimits {
  readonly sendBufferBytes: number;
  readonly inFlightBytes: number;
  readonly sentRecords: number;
  /** Of `sentRecords`, how many only probes may use. */
  readonly probeRecords: number;
  readonly outOfOrderSegments: number;
  readonly maxWindowBytes: number;
  /** Packet numbers up to here may be used for data; CLOSE may go beyond (dsoftbus-transport.md#4-packets). */
  readonly lastPacketNumber: number;
  readonly failedOpens: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  sendBufferBytes: 1024 * 1024,
  inFlightBytes: 1024 * 1024,
  sentRecords: 2_048,
  probeRecords: 8,
  outOfOrderSegments: 1_024,
  maxWindowBytes: 1024 * 1024,
  lastPacketNumber: 2 ** 31,
  failedOpens: 2 ** 36,
};
