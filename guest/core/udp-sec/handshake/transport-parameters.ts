/** Declared by each side inside the handshake (dsoftbus-transport.md#32-params, "params"), 15 bytes with version and session half. */
export interface TransportParameters {
  /** Initial receive window W, 16 KiB .. 1 MiB. */
  readonly windowBytes: number;
  /** 3,000 .. 120,000; the smaller of the two sides' counts. */
  readonly idleTimeoutMs: number;
  /** 1 .. 100. */
  readonly ackDelayMs: number;
}

export const DEFAULT_TRANSPORT_PARAMETERS: TransportParameters = {
  windowBytes: 256 * 1024,
  idleTimeoutMs: 15_000,
  ackDelayMs: 25,
};
